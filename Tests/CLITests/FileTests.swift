import Foundation
import TestSupport
import Testing

@Suite struct FileTests {
  @Test func aStoreIsMadeForItsOwnerAloneWhateverTheUmask() async throws {
    try await withFolder { folder in
      let demo = Demo(folder: folder)
      let made = try await run(
        "/bin/sh",
        ["-c", "umask 002; exec \"$@\"", "sh", Reader.binary, "enroll", "--user", "daemon"]
          + ["--no-confirm", "--json", "--store", demo.store])
      #expect(made.status == 0)
      for name in ["", "users", "users/daemon", "run"] { #expect(demo.mode(name) == 0o700) }
      for name in [
        "host.key", "store.id", "policy.conf", "policy.applied", "policy.applied.compiled",
      ] {
        #expect(demo.mode(name) == 0o600)
      }
      #expect(demo.mode("users/daemon/credentials") == 0o600)
      #expect(demo.mode("users/daemon/state") == 0o600)
    }
  }

  @Test func aPathWithBlanksIsAPathAsAnyOther() async throws {
    try await withFolder { folder in
      let store = folder.path("a b/c d")
      try FileManager.default.createDirectory(
        atPath: folder.path("a b"), withIntermediateDirectories: false)
      let made = try await run(Reader.binary, ["invite", "daemon", "--json", "--store", store])
      #expect(made.status == 0)
      let seen = try await run(
        Reader.binary, ["verify", "bin", "--stdin", "--store", store], input: "123456\n")
      #expect(seen.errors.contains("--store \"\(store)\"'"))
    }
  }

  @Test(arguments: [
    ("chmod g+w demo", "demo, or a folder above it, is writable by others"),
    ("chmod g+w demo/users", "demo/users, or a folder above it, is writable by others"),
    ("chmod o+w demo/host.key", "demo/host.key, or a folder above it, is writable by others"),
    ("ln demo/host.key demo/second", "demo/host.key has a second name"),
    ("printf x >> demo/host.key", "demo/host.key is too large"),
    ("truncate -s 10 demo/host.key", "demo/host.key is cut short"),
    ("rm demo/store.id", "demo/store.id is missing"),
    ("printf x >> demo/store.id", "demo/store.id:5: not as it was written"),
    ("mv demo/users demo/elsewhere", "demo/users is missing, but "),
    ("mv demo real; ln -s real demo", "demo is, or is reached by, a symbolic link"),
    ("rm demo/policy.applied*", "demo/policy.applied.compiled is missing"),
    ("truncate -s 100 demo/users/daemon/state", "demo/users/daemon/state is cut short"),
    (
      "printf '\\377' | dd of=demo/users/daemon/state bs=1 seek=40 conv=notrunc status=none",
      "demo/users/daemon/state: word 5 is damaged"
    ),
    (
      "sed -i s/^uid/Uid/ demo/users/daemon/credentials",
      "demo/users/daemon/credentials:3: not as it was written"
    ),
    (
      "sed -i 's/ authenticator/ Authenticator/' demo/users/daemon/credentials",
      "demo/users/daemon/credentials was changed or damaged"
    ),
    ("rm demo/users/daemon/state", "demo/users/daemon/state is missing"),
    ("rm demo/host.key; mkfifo demo/host.key", "demo/host.key is no regular file"),
  ])
  func damageIsNamedWithItsPlace(_ damage: String, _ words: String) async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      let done = try await run("/usr/bin/env", ["-C", demo.folder.path, "bash", "-c", damage])
      #expect(done.status == 0)
      let seen = try await demo.mfa("status", "daemon")
      #expect(seen.status == 2)
      #expect(seen.errors.contains("cachet-mfa: error: \(demo.folder.path)/\(words)"))
    }
  }

  @Test func aDamagedRecordIsListedAndCanBeErased() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      try await demo.mfa("invite", "bin")
      try demo.folder.write("nonsense", to: "demo/users/daemon/credentials")
      let list = try await demo.mfa("list", "--json")
      #expect(list.status == 2)
      #expect(list.output.contains(#"{"user":"daemon","damage":"credentials-malformed"}"#))
      #expect(list.output.contains(#""user":"bin""#))
      #expect(try await demo.mfa("key", "check").status == 2)
      let rotate = try await demo.mfa("key", "rotate")
      #expect(rotate.status == 2)
      #expect(rotate.errors.contains("1 record could not be sealed anew, both keys stay"))
      #expect(try await demo.mfa("remove", "daemon", "--erase", "--yes").status == 0)
      #expect(try await demo.mfa("key", "rotate").status == 0)
      #expect(try await demo.mfa("list").status == 0)
    }
  }

  @Test func leftoversOfACrashAreCleaned() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      try demo.folder.write("x", to: "demo/users/daemon/.tmp-0123456789abcdef")
      try demo.folder.write("x", to: "demo/users/.new-0123456789abcdef/credentials")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o700],
        ofItemAtPath: demo.folder.path("demo/users/.new-0123456789abcdef"))
      #expect(try await demo.mfa("list", "--json").lines.count == 1)
      _ = try await demo.enrolled()
      let left = try FileManager.default.contentsOfDirectory(atPath: demo.folder.path("demo/users"))
      #expect(left == ["daemon"])
      let own = try FileManager.default.contentsOfDirectory(
        atPath: demo.folder.path("demo/users/daemon"))
      #expect(own.sorted() == ["credentials", "state"])
    }
  }

  /// A key whose users are not there belongs to a store that is not mounted.
  @Test func noStoreIsMadeInThePlaceOfOneThatIsNotMounted() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      let key = demo.folder.path("demo/host.key")
      let other = demo.folder.path("other")
      let seen = try await run(
        Reader.binary,
        ["enroll", "--user", "daemon", "--no-confirm", "--store", other, "--key", key])
      #expect(seen.status == 2)
      #expect(!FileManager.default.fileExists(atPath: other))
    }
  }

  @Test func aStoreThatWasCutShortIsCompleted() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      try await demo.mfa("remove", "daemon", "--erase", "--yes")
      let key = try Data(contentsOf: URL(filePath: demo.folder.path("demo/host.key")))
      for name in ["store.id", "run/attempts", "policy.applied", "policy.applied.compiled"] {
        try FileManager.default.removeItem(atPath: demo.folder.path("demo/" + name))
      }
      #expect(try await demo.mfa("status", "daemon").status == 2)
      _ = try await demo.enrolled()
      #expect(try await demo.mfa("status", "daemon").status == 0)
      #expect(try Data(contentsOf: URL(filePath: demo.folder.path("demo/host.key"))) == key)
    }
  }

  @Test(.enabled(if: isRoot, "needs root, to be somebody else"))
  func whoIsNotRootHasAStoreOfTheirOwnAndNoOther() async throws {
    try await withDemo { demo in
      _ = try await demo.enrolled()
      _ = try await run("/bin/chmod", ["755", demo.folder.path])
      let binary = try await readable(demo.folder)
      func nobody(_ words: [String]) async throws -> Outcome {
        try await run(
          "/usr/bin/setpriv",
          ["--reuid", "65534", "--regid", "65534", "--clear-groups", binary] + words)
      }
      let system = try await nobody(["status", "daemon"])
      #expect(system.status == 77)
      #expect(system.errors.contains("the store of this host is for root"))
      let others = try await nobody(["status", "daemon", "--store", demo.store])
      #expect(others.status == 77)

      let own = demo.folder.path("own")
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: false)
      _ = try await run("/bin/chown", ["65534", own])
      let made = try await nobody(["enroll", "--no-confirm", "--json", "--store", own])
      #expect(made.status == 0)
      #expect(try Demo.object(made.output)["user"] as? String == "nobody")
      #expect(try await nobody(["key", "rotate", "--store", own]).status == 0)
    }
  }

  /// A copy of the binary that everybody can run: sources and toolchain may lie in root's home.
  private func readable(_ folder: TemporaryFolder) async throws -> String {
    let copy = folder.path("cachet-mfa")
    for binary in [Reader.binary, Built.program] {
      _ = try await run("/usr/bin/install", ["-m", "755", binary, copy])
      let tried = try await run(
        "/usr/bin/setpriv",
        ["--reuid", "65534", "--regid", "65534", "--clear-groups", copy, "--version"])
      if tried.status == 0 { return copy }
    }
    return try #require(nil, "nobody can run it; 'make build' makes one that needs no toolchain")
  }

  @Test func aChangeLeavesALineInTheJournalAndNoSecret() async throws {
    try await withDemo { demo in
      let journal = demo.folder.path("journal")
      let made = try await demo.mfa(
        "enroll", "--user", "daemon", "--no-confirm", "--json",
        environment: ["TEST_JOURNAL": journal])
      let object = try Demo.object(made.output)
      try await demo.mfa("unlock", "daemon", environment: ["TEST_JOURNAL": journal])
      try await demo.mfa(
        "verify", "daemon", "--stdin", input: "1234\n", environment: ["TEST_JOURNAL": journal])
      try await demo.mfa(
        "remove", "daemon", "--factor", "authenticator", "--yes",
        environment: ["TEST_JOURNAL": journal])
      let lines = demo.folder.read("journal")
      #expect(lines.contains("event=enroll outcome=accepted user=daemon factor=totp:1 by="))
      #expect(lines.contains("event=unlock outcome=accepted user=daemon by="))
      let checked = try #require(lines.split(separator: "\n").first { $0.contains("=sign-in") })
      #expect(checked.contains(" reason=not-a-code first-factor=proven by="))
      #expect(checked.contains(" store=/"))
      #expect(lines.contains("event=remove outcome=accepted user=daemon factor=totp:1 by="))
      #expect(lines.contains("<85>"))  // LOG_AUTHPRIV | LOG_NOTICE
      let uri = try #require(object["uri"] as? String)
      let secret = try #require(uri.firstMatch(of: /secret=([A-Z2-7]+)/)).1
      #expect(!lines.contains(secret))
      for code in object["recovery_codes"] as? [String] ?? [] { #expect(!lines.contains(code)) }
    }
  }

  @Test func outputThatCannotBeWrittenIsAnError() async throws {
    try await withDemo { demo in
      let seen = try await run(
        "/bin/sh",
        ["-c", "exec \"$@\" > /dev/full", "sh", Reader.binary, "enroll", "--user", "daemon"]
          + ["--no-confirm", "--json", "--store", demo.store])
      #expect(seen.status == 2)
      #expect(seen.errors.contains("the output could not be written"))
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func shellsCanComplete(_ shell: String) async throws {
    let seen = try await run(Reader.binary, ["--generate-completion-script", shell])
    #expect(seen.status == 0)
    #expect(seen.output.contains("recovery-codes"))
  }
}
