import Foundation
import TestSupport
import Testing

/// `packaging/dependencies` on machines that are made of scripts: nothing is asked of this one.
@Suite("Missing libraries and tools")
struct DependenciesTests {
  private static let toBuild =
    "pkg-config libpam0g-dev libssl-dev libqrencode-dev libpwquality-dev libmariadb-dev libpq-dev libsqlite3-dev zlib1g-dev libcrypt-dev binutils git"

  /// The script looks into /usr/sbin too, which cannot be hidden from it here.
  private static let dictionary =
    FileManager.default.fileExists(atPath: "/usr/sbin/cracklib-check") ? "" : " cracklib-runtime"

  @Test("where all is there nothing is said and nothing installed")
  func nothingMissing() async throws {
    try await withMachine { machine in
      for purpose in ["build", "demo", "test", "deb"] {
        let seen = try await machine.dependencies(purpose)
        #expect(seen.status == 0 && seen.output.isEmpty && seen.errors.isEmpty, "\(seen)")
      }
    }
  }

  @Test("what is missing is announced before it is installed")
  func announced() async throws {
    try await withMachine { machine in
      try machine.remove("strip", "strace")
      let seen = try await machine.dependencies("build", "test")
      #expect(seen.status == 0 && seen.errors.isEmpty)
      #expect(
        seen.lines == [
          "dependencies: to be installed by apt-get: binutils strace",
          "apt-get update -q",
          "apt-get install -q -y --no-install-recommends binutils strace (noninteractive)",
        ])
    }
  }

  @Test(
    "each purpose asks for its own, and none for a server",
    arguments: [
      ("build", toBuild), ("demo", "\(toBuild) mmdebstrap"),
      (
        "test",
        "\(toBuild) mmdebstrap\(dictionary) procps strace python3-jsonschema libxml2-utils"
      ),
      ("deb", "\(toBuild) debhelper dpkg-dev"), ("bare", "mmdebstrap"),
    ])
  func purposes(purpose: String, packages: String) async throws {
    try await withMachine { machine in
      try machine.remove(
        "pkg-config", "strip", "git", "mmdebstrap", "cracklib-check", "pgrep", "strace",
        "jsonschema", "xmllint", "dh", "dpkg-buildpackage")
      try machine.add("clang", "exit 1")
      let seen = try await machine.dependencies(purpose)
      #expect(seen.lines.first == "dependencies: to be installed by apt-get: \(packages)")
    }
  }

  @Test("the demo needs a root of its own only where root runs it")
  func demoOfUsers() async throws {
    try await withMachine { machine in
      try machine.remove("mmdebstrap")
      try machine.add("id", "echo 1000")
      let seen = try await machine.dependencies("demo")
      #expect(seen.status == 0 && seen.output.isEmpty, "\(seen)")
    }
  }

  @Test("what two purposes need is installed once")
  func shared() async throws {
    try await withMachine { machine in
      try machine.remove("mmdebstrap")
      let seen = try await machine.dependencies("demo", "test", "bare")
      #expect(seen.lines.first == "dependencies: to be installed by apt-get: mmdebstrap")
    }
  }

  @Test("old libraries are missing ones")
  func libraries() async throws {
    try await withMachine { machine in
      try machine.add("pkg-config", "test \"$2\" != 'libcrypto >= 3.0'")
      let seen = try await machine.dependencies("build")
      #expect(seen.lines.first == "dependencies: to be installed by apt-get: libssl-dev")
    }
  }

  @Test("who is not root installs by sudo")
  func sudo() async throws {
    try await withMachine { machine in
      try machine.remove("git")
      try machine.add("id", "echo 1000")
      try machine.add("sudo", "echo \"sudo $1\"; exec \"$@\"")
      let seen = try await machine.dependencies("build")
      #expect(seen.status == 0)
      #expect(
        seen.lines == [
          "dependencies: to be installed by apt-get: git",
          "sudo apt-get", "apt-get update -q",
          "sudo env", "apt-get install -q -y --no-install-recommends git (noninteractive)",
        ])
    }
  }

  @Test("without sudo they are told what root has to do")
  func noSudo() async throws {
    try await withMachine { machine in
      try machine.remove("git", "strip")
      try machine.add("id", "echo 1000")
      let seen = try await machine.dependencies("build")
      #expect(seen.status == 1 && seen.output.isEmpty)
      #expect(
        seen.errors == """
          dependencies: error: not root, and no sudo; please run as root:
            apt-get install binutils git

          """)
    }
  }

  @Test("without apt-get it is told what is missing")
  func noAPT() async throws {
    try await withMachine { machine in
      try machine.remove("apt-get", "strip")
      try machine.add("clang", "exit 1")
      let seen = try await machine.dependencies("build")
      #expect(seen.status == 1 && seen.output.isEmpty)
      #expect(
        seen.errors == """
          dependencies: error: this machine has no apt-get; please install by its own means:
            headers of PAM (security/pam_modules.h)
            header of libcrypt (crypt.h)
            binutils (strip, readelf, nm)

          """)
    }
  }

  @Test("where apt-get fails it fails")
  func failing() async throws {
    try await withMachine { machine in
      try machine.remove("git")
      try machine.add("apt-get", "exit 100")
      let seen = try await machine.dependencies("build")
      #expect(seen.status == 1)
      #expect(seen.errors == "dependencies: error: apt-get could not install: git\n")
    }
  }

  @Test("without Swift it says which one, and installs nothing")
  func noSwift() async throws {
    try await withMachine { machine in
      try machine.remove("swift", "git")
      let seen = try await machine.dependencies("build")
      #expect(seen.status == 1 && seen.output.isEmpty)
      let version = try String(
        contentsOf: Built.package.appending(path: ".swift-version"), encoding: .utf8)
      #expect(seen.errors.contains("toolchain \(version.trimmingCharacters(in: .newlines)) "))
    }
  }

  @Test("a purpose that is none is an error")
  func unknown() async throws {
    try await withMachine { machine in
      let seen = try await machine.dependencies("build", "everything")
      #expect(seen.status == 64)
      #expect(seen.errors == "dependencies: error: unknown purpose 'everything'\n")
    }
  }
}

/// A folder that is all of PATH: programs of scripts, and the few real ones that scripts need.
private struct Machine {
  let folder: TemporaryFolder

  init(in folder: TemporaryFolder) throws {
    self.folder = folder
    for name in [
      "swift", "clang", "pkg-config", "strip", "git", "mmdebstrap", "cracklib-check", "pgrep",
      "strace", "jsonschema", "xmllint", "dh", "dpkg-buildpackage",
    ] {
      try add(name, "exit 0")
    }
    try add("apt-get", "echo \"apt-get $*${DEBIAN_FRONTEND:+ ($DEBIAN_FRONTEND)}\"")
    try add("id", "echo 0")
    for name in ["cat", "dirname", "env", "readlink"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("made/" + name), withDestinationPath: "/usr/bin/" + name)
    }
  }

  func add(_ name: String, _ script: String) throws {
    try folder.write("#!/bin/sh\n\(script)\n", to: "made/" + name, mode: 0o755)
  }

  func remove(_ names: String...) throws {
    for name in names { try FileManager.default.removeItem(atPath: folder.path("made/" + name)) }
  }

  func dependencies(_ purposes: String...) async throws -> Outcome {
    let script = Built.package.appending(path: "packaging/dependencies").path
    // A copy: a file that this process wrote may still be open in a child of another test, and is
    // no program as long as that is so.
    return try await run(
      "/bin/sh",
      [
        "-c", "rm -rf \"$2\"; cp -a \"$1\" \"$2\"; shift; PATH=$1; shift; exec /bin/bash \"$@\"",
        "sh", folder.path("made"), folder.path("bin"), script,
      ] + purposes)
  }
}

private func withMachine(_ body: (Machine) async throws -> Void) async throws {
  try await withFolder { folder in try await body(Machine(in: folder)) }
}
