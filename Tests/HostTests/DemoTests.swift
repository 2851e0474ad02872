import Foundation
import TestSupport
import Testing

/// `docs/demo` on a copy of what was built, as people run it: `make demo` builds first.
@Suite("The demo")
struct DemoTests {
  private static let umasks = ["022", "002", "077"]
  private static let folders = ["tree", "a tree"]

  @Test(
    "an ordinary user sees all but the full disk and the web server, and is told so",
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
      expectAll(seen, chapters: 11, signIns: 14)
      #expect(seen.output.contains("Not shown: mounting a small file system to fill takes root."))
      #expect(seen.output.contains("Not shown: Apache"))
    }
  }

  @Test(
    "root sees the full disk and a web server too",
    .enabled(
      if: isRoot && FileManager.default.fileExists(atPath: "/dev/loop-control"),
      "needs root, and loop devices"),
    arguments: umasks, folders)
  func root(umask: String, folder name: String) async throws {
    try await withFolder { folder in
      try await copy(to: folder, name)
      // What it mounts is mounted in a mount namespace of its own.
      let seen = try await demo(in: folder, name, umask: umask, ["/usr/bin/unshare", "--mount"])
      expectAll(seen, chapters: 17, signIns: 16)
      #expect(!seen.output.contains("Not shown"))
      #expect(seen.lines.contains { $0.contains("ext4") && $0.hasSuffix(" 0") })
      #expect(
        seen.lines.filter { $0.hasPrefix("    Apache: ") }.map { $0.dropFirst(12) } == [
          "302 /cachet-mfa/sign-in.html?to=/dashboard", "302 /dashboard",
          "200 GET /dashboard, as alice", "302 /cachet-mfa/sign-in.html#failed",
          "302 /cachet-mfa/sign-in.html?to=/dashboard", "302 /cachet-mfa/sign-in.html#failed",
          "200 GET /dashboard/team, as alice", "401",
        ])
    }
  }

  @Test("where Debian cannot be had the web server is not shown", .enabled(if: isRoot))
  func noDebian() async throws {
    try await withFolder { folder in
      try await copy(to: folder, "tree")
      try FileManager.default.removeItem(atPath: folder.path("tree/.testroot"))
      try folder.write(
        "#!/bin/sh\necho 'E: no network' >&2\nexit 1\n", to: "bin/mmdebstrap", mode: 0o755)
      let seen = try await demo(
        in: folder, "tree", umask: "022", ["/usr/bin/unshare", "--mount"], path: "bin")
      #expect(seen.status == 0 && seen.errors.isEmpty, "\(seen)")
      #expect(
        seen.lines.contains {
          $0.hasPrefix("  Not shown: .testroot") && $0.hasSuffix("cannot be made: E: no network")
        }, "\(seen)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("tree/.testroot")))
    }
  }

  @Test("interrupted among the web's chapters it leaves nothing running", .enabled(if: isRoot))
  func interrupted() async throws {
    try await withFolder { folder in
      try await copy(to: folder, "tree")
      let script = """
        "$1" >"$0" 2>&1 & demo=$!
        for n in $(seq 600); do grep -qs '^12[.]' "$0" && break; sleep 0.05; done
        children=$(pgrep -P "$demo")
        kill -TERM "$demo"
        wait "$demo"
        echo "status $?, ${children:+with children}"
        for child in $children; do
          for n in $(seq 100); do kill -0 "$child" 2>/dev/null || continue 2; sleep 0.05; done
          echo "$child is left"
        done
        """
      let seen = try await demo(
        in: folder, "tree", umask: "022", ["/bin/bash", "-c", script, folder.path("shown")])
      #expect(seen.lines == ["status 143, with children"], "\(seen)")
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

  private func expectAll(_ seen: Outcome, chapters: Int, signIns: Int) {
    #expect(seen.status == 0, "\(seen.output)")
    #expect(seen.errors.isEmpty, "\(seen.errors)")
    for chapter in 1...chapters { #expect(seen.lines.contains { $0.hasPrefix("\(chapter). ") }) }
    #expect(seen.lines.count { $0.hasPrefix("    libpam: PAM_") } == signIns, "\(seen.output)")
    #expect(seen.lines.contains { $0.contains("database-defaults") })
    #expect(
      seen.lines.filter { $0.hasPrefix("    exit status: ") } == [
        "    exit status: 1", "    exit status: 0",
      ])
    #expect(seen.lines.last?.hasPrefix("All as it must be.") == true)
  }

  /// What the demo needs of the package, in a folder of that name.
  private func copy(to folder: TemporaryFolder, _ name: String) async throws {
    let script =
      """
      set -eu
      mkdir -p "$2/docs" "$2/build/test" "$2/packaging" "$2/pam" "$2/Tests/HostTests" "$2/../temporary"
      cd "$1"
      cp docs/demo docs/demo-web docs/demo-audit docs/web.md "$2/docs/"
      cp build/pam_cachet_mfa.so build/cachet-mfa build/cachet-mfa-audit build/cachet-mfa-broker "$2/build/"
      cp build/test/* "$2/build/test/"
      cp -r packaging/apache "$2/packaging/"
      cp -r pam/recipes "$2/pam/"
      cp -r Tests/HostTests/testroot Tests/HostTests/packages Tests/HostTests/cachet "$2/Tests/HostTests/"
      ln -s "$1/.testroot" "$2/"
      """
    let copied = try await run(
      "/bin/sh", ["-c", script, "sh", Built.package.path, folder.path(name)])
    try #require(copied.status == 0, "\(copied.errors)")
  }

  /// Runs it; nothing is left where it kept its files.
  private func demo(
    in folder: TemporaryFolder, _ name: String, umask: String, _ change: [String],
    path programs: String? = nil
  ) async throws -> Outcome {
    let seen = try await run(
      "/bin/sh",
      ["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask] + change
        + [folder.path("\(name)/docs/demo")],
      environment: ["TMPDIR": folder.path("temporary")].merging(
        programs.map { ["PATH": folder.path($0) + ":/usr/sbin:/usr/bin:/sbin:/bin"] } ?? [:]
      ) { $1 }, within: 120)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("temporary"))
    #expect(left.isEmpty)
    return seen
  }
}
