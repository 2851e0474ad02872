import Foundation
import TestSupport
import Testing

/// `docs/demo` on a copy of what was built, as people run it: `make demo` builds first.
@Suite("The demo")
struct DemoTests {
  private static let umasks = ["022", "002", "077"]
  private static let folders = ["tree", "a tree"]

  @Test(
    "an ordinary user sees all but the full disk, and is told so",
    arguments: umasks, folders)
  func anybody(umask: String, folder name: String) async throws {
    try await withFolder { folder in
      try await copy(to: folder, name)
      // Who is not root is an ordinary user already.
      let change =
        isRoot
        ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
      if isRoot { _ = try await run("/bin/chown", ["-R", "65534:65534", folder.path]) }
      let seen = try await demo(in: folder, name, umask: umask, change)
      expectAll(seen, signIns: 14)
      #expect(seen.output.contains("Not shown: mounting a small file system to fill takes root."))
    }
  }

  @Test(
    "root sees the full disk too",
    .enabled(
      if: isRoot && FileManager.default.fileExists(atPath: "/dev/loop-control"),
      "needs root, and loop devices"),
    arguments: umasks, folders)
  func root(umask: String, folder name: String) async throws {
    try await withFolder { folder in
      try await copy(to: folder, name)
      // What it mounts is mounted in a mount namespace of its own.
      let seen = try await demo(in: folder, name, umask: umask, ["/usr/bin/unshare", "--mount"])
      expectAll(seen, signIns: 16)
      #expect(!seen.output.contains("Not shown"))
      #expect(seen.lines.contains { $0.contains("ext4") && $0.hasSuffix(" 0") })
    }
  }

  @Test("with a module that lets in whoever comes it fails")
  func failing() async throws {
    try await withFolder { folder in
      try await copy(to: folder, "tree")
      let pamdir = try await run(Built.package.appending(path: "packaging/pamdir").path)
      let link = try await run(
        "/bin/ln",
        [
          "-sf", "\(pamdir.output.dropLast())/pam_permit.so",
          folder.path("tree/build/pam_cachet_mfa.so"),
        ])
      #expect(link.status == 0)
      let seen = try await demo(in: folder, "tree", umask: "022", [])
      #expect(seen.status == 1)
      #expect(seen.output.contains("and not PAM_AUTH_ERR"))
      #expect(seen.errors == "demo: error: something above did not go as it must\n")
    }
  }

  private func expectAll(_ seen: Outcome, signIns: Int) {
    #expect(seen.status == 0, "\(seen.output)")
    #expect(seen.errors.isEmpty, "\(seen.errors)")
    for chapter in 1...9 { #expect(seen.lines.contains { $0.hasPrefix("\(chapter). ") }) }
    #expect(seen.lines.count { $0.hasPrefix("    libpam: PAM_") } == signIns, "\(seen.output)")
    #expect(seen.lines.last?.hasPrefix("All as it must be.") == true)
  }

  /// What the demo needs of the package, in a folder of that name.
  private func copy(to folder: TemporaryFolder, _ name: String) async throws {
    let script =
      """
      set -eu
      mkdir -p "$2/docs" "$2/build/test" "$2/../temporary"
      cp "$1/docs/demo" "$2/docs/"
      cp "$1/build/pam_cachet_mfa.so" "$1/build/cachet-mfa" "$2/build/"
      cp "$1/build/test"/* "$2/build/test/"
      """
    let copied = try await run(
      "/bin/sh", ["-c", script, "sh", Built.package.path, folder.path(name)])
    try #require(copied.status == 0, "\(copied.errors)")
  }

  /// Runs it; nothing is left where it kept its files.
  private func demo(
    in folder: TemporaryFolder, _ name: String, umask: String, _ change: [String]
  ) async throws -> Outcome {
    let seen = try await run(
      "/bin/sh",
      ["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask] + change
        + [folder.path("\(name)/docs/demo")],
      environment: ["TMPDIR": folder.path("temporary")], within: 120)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("temporary"))
    #expect(left.isEmpty)
    return seen
  }
}
