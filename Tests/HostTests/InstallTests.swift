import Foundation
import TestSupport
import Testing

/// `make install` and `make uninstall` of what was built, below a folder with a blank in its name.
@Suite("make install")
struct InstallTests {
  @Test(
    "it installs these files, for everybody to read, and takes every one away again",
    arguments: ["022", "002", "077"])
  func files(umask: String) async throws {
    try await withFolder { folder in
      let installed = try await make("install", below: folder, umask: umask)
      #expect(installed.status == 0 && installed.errors.isEmpty, "\(installed)")
      #expect(try await found(in: folder, "-type", "f") == expected())
      let others = try await found(in: folder, "-not", "-type", "f")
      #expect(others.count > 10 && others.allSatisfy { $0.hasPrefix("755 ") }, "\(others)")

      let removed = try await make("uninstall", below: folder, umask: umask)
      #expect(removed.status == 0 && removed.errors.isEmpty, "\(removed)")
      #expect(try await found(in: folder, "-not", "-type", "d") == [])
      #expect(try await found(in: folder, "-name", "*cachet*") == [])
    }
  }

  @Test("bash completes 'cachet-mfa audit' as the program that it becomes")
  func completions() async throws {
    try await withFolder { folder in
      #expect(try await make("install", below: folder).status == 0)
      let shared = folder.path("a root/usr/share")
      let told = try await run(
        "/bin/bash",
        [
          "-euc",
          """
          source "$0/bash-completion/completions/cachet-mfa"
          offered() {
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMPREPLY=()
            "$(complete -p cachet-mfa | sed 's/.*-F //; s/ .*//')" "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}"
          }
          offered cachet-mfa po
          offered cachet-mfa audit fe
          offered cachet-mfa audit log /srv --access
          offered cachet-mfa audit check --format s
          rm "$0/bash-completion/completions/cachet-mfa-audit"
          unset -f _cachet-mfa-audit
          offered cachet-mfa audit fe
          """, shared,
        ])
      #expect(told.errors.isEmpty, "\(told)")
      #expect(
        told.output == "policy\nfeatures\n--access-log\nsarif\n\n", "\(told)")
      // What zsh and fish call: they may not be installed.
      for script in [
        "zsh/vendor-completions/_cachet-mfa", "fish/vendor_completions.d/cachet-mfa.fish",
      ] {
        let text = try String(contentsOfFile: "\(shared)/\(script)", encoding: .utf8)
        #expect(text.contains("'cachet-mfa audit' is completed as the program that it becomes"))
      }
    }
  }

  @Test("no link on an installed page is dead")
  func links() async throws {
    try await withFolder { folder in
      #expect(try await make("install", below: folder).status == 0)
      let links = Built.package.appending(path: "Tests/links").path
      let sound = try await run(links, [folder.path("a root")])
      #expect(sound.status == 0, "\(sound.output)")
      let pages = "a root/usr/share/doc/cachet-mfa"
      try FileManager.default.removeItem(atPath: folder.path("\(pages)/recipes/README.md"))
      let broken = try await run(links, [folder.path("a root")])
      #expect(broken.status == 1)
      #expect(broken.output == "\(folder.path(pages))/README.md: recipes/README.md\n")
    }
  }

  @Test(
    "nothing is removed while a line in /etc/pam.d names the module",
    arguments: ["etc/pam.d/sshd", "usr/lib/pam.d/sshd", "etc/pam.conf"])
  func inUse(file: String) async throws {
    try await withFolder { folder in
      #expect(try await make("install", below: folder).status == 0)
      try folder.write(
        "auth required pam_unix.so\nauth required pam_cachet_mfa.so\n", to: "a root/\(file)")
      let refused = try await make("uninstall", below: folder)
      #expect(refused.status == 2)
      #expect(
        refused.errors.hasPrefix(
          """
          cachet-mfa: error: pam_cachet_mfa.so is still in use:
            \(folder.path("a root"))/\(file):2:auth required pam_cachet_mfa.so
          cachet-mfa: hint: 
          """))
      #expect(
        try await found(in: folder, "-type", "f", "-not", "-path", "*/\(file)") == expected())

      try folder.write("# auth required pam_cachet_mfa.so\n", to: "a root/\(file)")
      #expect(try await make("uninstall", below: folder).status == 0)
      #expect(
        try await found(in: folder, "-type", "f") == ["600 \(file)"])
    }
  }

  /// What is in a file, and which of its lines are to be taken out.
  static let uses: [(String, [Int])] = [
    // A marked block goes whole; the lines around it stay.
    (
      """
      @include common-auth
      # cachet-mfa: begin
      auth required pam_cachet_mfa.so
      auth sufficient pam_permit.so
      # cachet-mfa: end
      auth optional pam_group.so
      """, [2, 3, 4, 5]
    ),
    // A block without an end is none.
    ("# cachet-mfa: begin\nauth required pam_cachet_mfa.so\nauth required pam_unix.so", [2]),
    ("# cachet-mfa: begin\n# auth required pam_cachet_mfa.so\n# cachet-mfa: end", []),
    ("auth required \\\n  pam_cachet_mfa.so \\\n nullok\nauth required pam_unix.so", [1, 2, 3]),
    ("-AUTH required pam_cachet_mfa.so\nauth required pam_unix.so # pam_cachet_mfa", [1]),
    // What only jumps over us goes; what judges a password, or also jumps over others, stays.
    (
      "account [success=1 default=ignore] pam_succeed_if.so uid = 0\naccount required pam_cachet_mfa.so",
      [1, 2]
    ),
    (
      """
      account [default=ignore success=1] pam_rootok.so

      session required pam_unix.so
      # whose turn it is
      account required pam_cachet_mfa.so
      """, [1, 5]
    ),
    (
      """
      account [success=2 default=ignore] pam_succeed_if.so uid = 0
      account [success=1 default=ignore] pam_localuser.so
      account required pam_cachet_mfa.so
      account required pam_unix.so
      """, [1, 2, 3]
    ),
    (
      "auth [success=1 default=ignore] pam_unix.so\nauth required pam_cachet_mfa.so\nauth requisite pam_deny.so",
      [2]
    ),
    (
      "account [success=2 default=ignore] pam_rootok.so\naccount required pam_cachet_mfa.so\naccount required pam_unix.so",
      [2]
    ),
    (
      "account [success=1 default=ignore] pam_rootok.so\n@include common-account\naccount required pam_cachet_mfa.so",
      [3]
    ),
    // When our line goes and nothing asks before it, what lets every user in goes too.
    ("auth required pam_cachet_mfa.so needs_first_factor\nauth required pam_permit.so", [1, 2]),
    (
      "auth required pam_unix.so\nauth required pam_cachet_mfa.so\nauth required pam_permit.so", [2]
    ),
  ]

  @Test("what is to be taken out of a stack is listed, and nothing else", arguments: uses)
  func toTakeOut(text: String, expected: [Int]) async throws {
    try await withFolder { folder in
      for file in ["etc/pam.d/door", "usr/lib/pam.d/door", "etc/pam.conf"] {
        // There each line begins with a service.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          let isLine = line.contains { $0 != " " } && !line.hasPrefix("#") && !line.hasPrefix(" ")
          return file == "etc/pam.conf" && isLine ? "door \(line)" : String(line)
        }
        try? FileManager.default.removeItem(atPath: folder.path("a root"))
        let path = try folder.write(lines.joined(separator: "\n") + "\n", to: "a root/\(file)")
        let told = try await run(script("in-use"), [folder.path("a root")])
        let listed = told.errors.split(separator: "\n").filter { $0.hasPrefix("  \(path):") }
          .compactMap {
            Int($0.dropFirst(path.count + 3).prefix { $0 != ":" })
          }
        #expect(listed == expected, "\(file): \(told.errors)")
        #expect((told.status == 1) == !expected.isEmpty)
      }
    }
  }

  @Test("a jump that stays is named, since it counts a line that goes")
  func jumpsThatStay() async throws {
    try await withFolder { folder in
      let path = try folder.write(
        "auth [success=2 default=ignore] pam_unix.so\nauth required pam_cachet_mfa.so\n",
        to: "etc/pam.d/door")
      let told = try await run(script("in-use"), [folder.path])
      #expect(told.errors.contains("hint: \(path):1: lower the number of its jump"), "\(told)")
    }
  }

  @Test("what is not built is not installed")
  func nothingBuilt() async throws {
    try await withFolder { folder in
      _ = try await run(
        "/bin/cp", [Built.package.appending(path: "Makefile").path, folder.path("Makefile")])
      let refused = try await run(
        "/usr/bin/make", ["-C", folder.path, "install", "DESTDIR=\(folder.path("root"))"])
      #expect(refused.status == 2)
      #expect(refused.errors.hasPrefix("install: error: nothing built yet\ninstall: hint: "))
      #expect(!FileManager.default.fileExists(atPath: folder.path("root")))
    }
  }

  @Test("the folder of the module is where libpam's own are")
  func pamdir() async throws {
    let owned = try await run("/usr/bin/dpkg-query", ["--listfiles", "libpam-modules"])
    let unix = try #require(owned.lines.first { $0.hasSuffix("/pam_unix.so") })
    #expect(try await moduleFolder() == URL(filePath: unix).deletingLastPathComponent().path)
  }

  @Test("where libpam is not found no folder is guessed")
  func noPAM() async throws {
    try await withFolder { folder in
      try folder.write("#!/bin/sh\n", to: "bin/ldconfig", mode: 0o755)
      let seen = try await run(
        "/usr/bin/env", ["PATH=\(folder.path("bin")):/usr/bin:/bin", script("pamdir")])
      #expect(seen.status == 1 && seen.output.isEmpty)
      #expect(seen.errors.contains("pamdir: hint: name it: make install pamdir="))
    }
  }

  private func expected() async throws -> [String] {
    let documents = "usr/share/doc/cachet-mfa"
    let pages =
      [
        "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "audit.md", "formats.md",
        "sign-in.png",
        "stacks.md", "threat-model.md", "web.md",
      ] + (try names(in: "docs/decisions")).map { "decisions/" + $0 }
      + (try names(in: "pam/recipes")).map { "recipes/" + $0 }
    let module = try await moduleFolder().dropFirst() + "/pam_cachet_mfa.so"
    let completions = ["cachet-mfa", "cachet-mfa-audit"].flatMap {
      [
        "bash-completion/completions/\($0)", "fish/vendor_completions.d/\($0).fish",
        "zsh/vendor-completions/_\($0)",
      ]
    }
    let shared =
      completions + [
        "man/man1/cachet-mfa.1", "man/man5/cachet-mfa-policy.5", "man/man8/cachet-mfa-broker.8",
        "man/man8/cachet-mfa-audit.8",
        "man/man8/pam_cachet_mfa.8",
        "cachet-mfa/systemd/network-pam.conf",
      ]
    let web =
      (try names(in: "packaging/apache") + names(in: "packaging/apache/page").map { "page/" + $0 })
      .filter { $0 != "page" && $0 != "passphrases" }.map { "apache/" + $0 }
      + (try names(in: "packaging/nginx")).map { "nginx/" + $0 }
    let system =
      (try names(in: "packaging/systemd")).filter { !$0.hasSuffix(".conf") }
      .map { "systemd/system/" + $0 } + [
        "sysusers.d/cachet-mfa.conf", "tmpfiles.d/cachet-mfa.conf",
      ]
    let readable =
      [module] + shared.map { "usr/share/" + $0 } + pages.map { "\(documents)/\($0)" }
      + web.map { "usr/share/cachet-mfa/" + $0 } + system.map { "usr/lib/" + $0 }
    let programs = [
      "bin/cachet-mfa", "bin/cachet-mfa-audit", "lib/cachet-mfa/cachet-mfa-broker",
      "share/cachet-mfa/apache/passphrases",
    ]
    return (programs.map { "755 usr/" + $0 } + readable.map { "644 \($0)" }).sorted()
  }

  private func names(in folder: String) throws -> [String] {
    let path = Built.package.appending(path: folder).path
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    #expect(names.count > 2)
    return names
  }

  private func moduleFolder() async throws -> String {
    String(try await run(script("pamdir")).output.dropLast())
  }

  private func script(_ name: String) -> String {
    Built.package.appending(path: "packaging/" + name).path
  }

  private func make(
    _ target: String, below folder: TemporaryFolder, umask: String = "022"
  ) async throws -> Outcome {
    try await run(
      "/bin/sh",
      [
        "-c", "umask \"$1\" && cd \"$2\" && exec make \"$3\" DESTDIR=\"$4\" prefix=/usr", "sh",
        umask, Built.package.path, target, folder.path("a root"),
      ])
  }

  /// What `find` finds, as `MODE PATH`, sorted; the root itself apart.
  private func found(in folder: TemporaryFolder, _ which: String...) async throws -> [String] {
    try await run(
      "/usr/bin/find",
      [folder.path("a root"), "-mindepth", "1"] + which + ["-printf", "%m %P\\n"]
    ).lines.sorted()
  }
}
