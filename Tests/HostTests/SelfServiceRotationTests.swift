import TestSupport
import Testing

extension HostTests {
  /// The host's key changes while users see and change what is theirs.
  @Suite("Key rotation and self-service")
  struct SelfServiceRotation {
    /// System calls behind the one that opens the key, until what is sealed under it was read.
    private static let reach = 12
    /// At every how many of them the key is rotated.
    private static let stride = Effort.isFull ? 1 : 4

    @Test(
      "rotated right after its key was read, the broker does what it was asked",
      arguments: [("status", 3), ("remove", 7)])
    func rotated(_ verb: String, kind: Int) async throws {
      try await withGuarded(sshd: nil) { home in
        let host = home.host
        // The last factor may go.
        try await host.policy("exempt-users = alice \"test\"")
        try await host.startBroker("self", through: "$(cat /run/through)")
        try host.write(
          // While the broker writes, the rotation waits for it, and here in vain.
          "#!/bin/sh\ntimeout 1 cachet-mfa key rotate >/dev/null\n", to: "/run/rotate", mode: 0o755)
        let codes = try await [home.alice.code(-1), home.alice.code()]
        try await host.shell(
          "cp -a /var/lib/cachet-mfa /run/store; cp -a /etc/cachet-mfa /run/keys")
        /// What is replied on the store as it was, and whether its key is another one then.
        func ask(through words: String) async throws -> (reply: String, isRotated: Bool) {
          try host.write(words, to: "/run/through")
          try await host.shell(
            """
            rm -rf /var/lib/cachet-mfa /etc/cachet-mfa
            cp -a /run/store /var/lib/cachet-mfa; cp -a /run/keys /etc/cachet-mfa
            """)
          let fields = verb == "status" ? [] : [(8, codes[0]), (9, codes[1]), (10, "phone")]
          let told = try await host.asks("alice", kind, fields)
          let same = try await host.shell("cmp -s /run/keys/host.key /etc/cachet-mfa/host.key")
          return (told.output, same.status != 0)
        }
        let usual = try await ask(through: "strace -qq -o /run/trace")
        #expect(usual.reply == "outcome=01 reason=\n" && !usual.isRotated, "\(usual)")
        let calls = host.read("/run/trace").split(separator: "\n")
        let reads = calls.indices.filter { calls[$0].contains(#""host.key", O_RDONLY"#) }
        #expect(!reads.isEmpty)
        var rotations = 0
        let places = Set(reads.flatMap { ($0 + 1)...($0 + Self.reach) }).sorted()
        for (place, n) in places.enumerated() where place % Self.stride == 0 {
          let told = try await ask(
            through: "/opt/build/test/atcall --at \(n) --do run:/run/rotate --")
          #expect(told.reply == usual.reply, "at \(n) of \(calls.count): \(told)")
          if told.isRotated { rotations += 1 }
        }
        #expect(rotations >= Self.reach / Self.stride)
      }
    }
  }
}
