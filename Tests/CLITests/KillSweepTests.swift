import Foundation
import TestSupport
import Testing

/// One way in which the command line changes a store, and what opens a sign-in meanwhile.
struct Change: Sendable, CustomTestStringConvertible {
  /// What is typed behind `cachet-mfa`.
  let words: String
  var input = ""
  var start = Start.enrolled
  /// Before and after; only before; only after.
  var kept = [Key("alice", .phone)]
  var lost: [Key] = []
  var won: [Key] = []

  var testDescription: String { "\(words), \(start)" }

  enum Start: Sendable {
    /// There is no store yet.
    case nothing
    /// Nor here; key and policy will lie in a folder of their own, as the system's do.
    case nothingInTwo
    /// alice has a phone, a tablet and recovery codes; a policy waits to be applied.
    case enrolled
  }

  struct Key: Sendable, Equatable, CustomStringConvertible {
    let user: String
    let thing: Thing
    init(_ user: String, _ thing: Thing) { (self.user, self.thing) = (user, thing) }
    var description: String { "\(user)'s \(thing)" }
  }

  enum Thing: Sendable {
    case phone, tablet, recoveryCode
    /// The authenticator whose URI is typed.
    case watch
    /// What was scanned from the terminal before the program was killed.
    case scanned
  }

  private static let everything = [
    Key("alice", .phone), Key("alice", .tablet), Key("alice", .recoveryCode),
  ]
  private static let enrol = "enroll --user alice --name new --no-confirm"

  static let all = [
    Change(words: enrol, start: .nothing, kept: [], won: [Key("alice", .scanned)]),
    Change(words: enrol, start: .nothingInTwo, kept: [], won: [Key("alice", .scanned)]),
    Change(words: enrol, won: [Key("alice", .scanned)]),
    Change(
      words: "import --user bob --name watch --uri -", input: Place.watch.uri + "\n",
      won: [Key("bob", .watch)]),
    Change(words: "remove alice --factor tablet --yes", lost: [Key("alice", .tablet)]),
    Change(words: "remove alice --yes", kept: [], lost: everything),
    Change(words: "remove alice --erase --yes", kept: [], lost: everything),
    Change(words: "recovery-codes alice --regenerate", lost: [Key("alice", .recoveryCode)]),
    Change(
      words: "rename-user alice anna", kept: [], lost: everything,
      won: everything.map { Key("anna", $0.thing) }),
    Change(words: "invite bob"),
    Change(words: "policy apply --force"),
  ]
}

/// The table "What a crash leaves" of docs/formats.md, at the command line; `key rotate` has a suite
/// of its own.
@Suite struct KillSweepTests {
  @Test(.timeLimit(.minutes(30)), arguments: Change.all)
  func
    `killed at any call, readers see the old or the new, fresh codes work, and the next run cleans up`(
      change: Change
    ) async throws
  {
    try await withFolder { folder in
      let place = try await Place(folder, change.start)
      let stages = try await place.stages(change)
      #expect(Set(stages).count == stages.count)
      try place.restore()
      let command = place.killable(change)
      let calls = try await command.calls()
      var (stage, kills) = (0, 0)
      for number in calls {
        try place.restore()
        let killed = try await command.run(killedAt: number)
        guard killed.status == 137 else { continue }
        kills += 1
        let what = Comment("killed at \(number) of \(calls.count)")
        let scanned = killed.output.firstMatch(of: /secret=([A-Z2-7]+)/)
          .map { Authenticator(base32: String($0.1)) }

        // Old up to one call, and new from there on.
        let seen = try await place.seen()
        let now = try #require(stages.firstIndex(of: seen), "\(what): \(seen.list)")
        #expect(now >= stage, what)
        stage = now
        let isNew = stage == stages.count - 1
        #expect(try await place.telling(scanned) == [], what)

        for key in change.kept + change.lost + change.won {
          let isOpen =
            change.kept.contains(key) || (isNew ? change.won : change.lost).contains(key)
          guard let answer = place.answer(key.thing, scanned) else {
            #expect(!isOpen, "\(what): nothing was shown")
            continue
          }
          #expect(try await place.signIn(key.user, answer) == isOpen, "\(what): \(key)")
        }

        // Where it is done already, that is said.
        let again = try await place.cachet(change.words, input: change.input)
        #expect(again.status == 0 || isNew && again.status == 1, "\(what): \(again.errors)")
        #expect(place.leftovers == [], what)
        #expect(try await place.seen().list == stages.last?.list, what)
        #expect(try await place.telling(scanned) == [], what)
      }
      #expect(stage == stages.count - 1)
      #expect(kills >= calls.count - 5)
    }
  }

  @Test func `a secret that is left in the open is seen`() async throws {
    try await withFolder { folder in
      let place = try await Place(folder, .enrolled)
      try place.restore()
      #expect(try await place.telling(nil) == [])
      let key = try Data(contentsOf: URL(filePath: folder.path("place/store/host.key")))
      let hex = Place.watch.secret.map { String(format: "%02x", $0) }.joined()
      for bytes in [
        Data(Place.watch.secret), Data(hex.utf8), Data(Place.watch.base32.utf8),
        Data(Place.watch.uri.utf8), Data("code 0123-4567-89AB-CDEF\n".utf8), key,
      ] {
        try place.leave(Data([0, 255, 10]) + bytes, in: "store/.tmp-0")
        #expect(try await place.telling(nil) == ["store/.tmp-0"])
      }
    }
  }
}
