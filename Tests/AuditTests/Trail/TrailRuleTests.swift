import Testing

@testable import CachetAudit

/// What happens, in seconds from a beginning.
struct Happening: Sendable {
  let at: Int
  let kind: Occurrence.Kind
  var user: String?
  var address: String?

  var event: TrailEvent {
    TrailEvent(
      occurrence: Occurrence(
        time: Moment("2026-10-01T08:00:00Z").later(by: at), kind: kind, user: user,
        address: address, detail: kind.rawValue),
      source: "test", record: 1 + at)
  }
}

func times(
  _ count: Int, every seconds: Int, _ kind: Occurrence.Kind, user: String? = nil,
  address: String? = nil, from: Int = 0
) -> [Happening] {
  (0..<count).map { Happening(at: from + $0 * seconds, kind: kind, user: user, address: address) }
}

struct RuleCase: Sendable, CustomTestStringConvertible {
  let rule: String
  let happenings: [Happening]
  /// The beginnings of the messages.
  let told: [String]
  var testDescription: String { "\(rule) \(told)" }
}

@Suite("Trail: every rule fires, and keeps silent")
struct TrailRuleTests {
  static let cases: [RuleCase] = [
    RuleCase(
      rule: "codes-refused", happenings: times(5, every: 600, .codeRefused, user: "alice"),
      told: ["alice: 5 times on 2026-10-01"]),
    RuleCase(
      rule: "codes-refused",
      happenings: times(3, every: 60, .codeRefused, user: "alice")
        + times(4, every: 60, .guardRefused, user: "alice", from: 300)
        + times(6, every: 60, .guardRefused, user: "bob", from: 86_400),
      told: ["alice: 7 times on 2026-10-01", "bob: 6 times on 2026-10-02"]),
    RuleCase(
      rule: "codes-refused",
      happenings: times(4, every: 60, .codeRefused, user: "alice")
        + times(4, every: 60, .codeRefused, user: "bob", from: 300)
        + times(4, every: 60, .codeRefused, user: "alice", from: 86_400), told: []),
    RuleCase(
      rule: "success-after-failures",
      happenings: times(5, every: 60, .guardRefused, user: "alice")
        + times(1, every: 1, .guardAccepted, user: "alice", from: 400),
      told: ["user alice: 5 failures or more within 60 min, then guard-accepted"]),
    RuleCase(
      rule: "success-after-failures",
      happenings: times(6, every: 10, .passwordPosted, address: "192.0.2.7")
        + times(3, every: 1, .dashboard, address: "192.0.2.7", from: 100),
      told: ["address 192.0.2.7: 5 failures or more within 60 min, then dashboard"]),
    RuleCase(
      rule: "success-after-failures",
      happenings: times(5, every: 60, .codeRefused, user: "alice")
        + times(1, every: 1, .signIn, user: "bob", from: 400)
        + times(1, every: 1, .signIn, user: "alice", from: 7200)
        + times(5, every: 10, .passwordPosted, address: "192.0.2.7", from: 8000)
        + times(1, every: 1, .dashboard, address: "192.0.2.7", from: 8100), told: []),
    RuleCase(
      rule: "passwords-tried",
      happenings: times(25, every: 10, .passwordPosted, address: "192.0.2.7"),
      told: ["192.0.2.7: 10 within 600 s"]),
    RuleCase(
      rule: "passwords-tried",
      happenings: (0..<10).map {
        Happening(at: $0, kind: .passwordPosted, address: "2001:db8:1:2:\($0)::1")
      }, told: ["2001:db8:1:2::/64: 10 within 600 s"]),
    RuleCase(
      rule: "passwords-tried",
      happenings: times(20, every: 70, .passwordPosted, address: "192.0.2.7")
        + times(9, every: 1, .codePosted, address: "192.0.2.8"), told: []),
    RuleCase(
      rule: "too-many-requests",
      happenings: times(10, every: 5, .tooMany, address: "192.0.2.7")
        + times(10, every: 5, .tooMany, address: "192.0.2.7", from: 1000),
      told: ["192.0.2.7: 10 within 60 s", "192.0.2.7: 10 within 60 s"]),
    RuleCase(
      rule: "too-many-requests", happenings: times(9, every: 5, .tooMany, address: "192.0.2.7"),
      told: []),
    RuleCase(
      rule: "second-factor-off", happenings: times(1, every: 1, .secondFactorOff, user: "alice"),
      told: ["alice: second-factor-off"]),
    RuleCase(
      rule: "second-factor-off", happenings: times(1, every: 1, .secondFactorOn, user: "alice"),
      told: []),
    RuleCase(
      rule: "api-key",
      happenings: times(1, every: 1, .keyRegenerated, user: "alice")
        + times(1, every: 1, .keyPage, address: "192.0.2.7", from: 1),
      told: ["alice: key-regenerated", "192.0.2.7: key-page"]),
    RuleCase(
      rule: "api-key", happenings: times(1, every: 1, .apiWrite, address: "192.0.2.7"), told: []),
    RuleCase(
      rule: "accounts",
      happenings: times(1, every: 1, .userCreated, user: "bob")
        + times(1, every: 1, .userRemoved, user: "bob", from: 1),
      told: ["bob: user-created", "bob: user-removed"]),
    RuleCase(rule: "accounts", happenings: times(1, every: 1, .changed, user: "bob"), told: []),
    RuleCase(
      rule: "bulk-removal",
      happenings: times(1, every: 1, .signIn, user: "bob")
        + times(6, every: 20, .removed, user: "bob", from: 1),
      told: ["bob: 5 within 300 s"]),
    RuleCase(
      rule: "bulk-removal",
      happenings: times(8, every: 100, .removed, user: "bob")
        + times(4, every: 1, .removed, user: "alice"), told: []),
    RuleCase(
      rule: "no-sign-in",
      happenings: times(3, every: 60, .changed, user: "bob")
        + times(1, every: 1, .changed, user: "bob", from: 10_000),
      told: [
        "bob: changed, with no sign-in within 120 min",
        "bob: changed, with no sign-in within 120 min",
      ]),
    RuleCase(
      rule: "no-sign-in",
      happenings: times(1, every: 1, .signIn, user: "bob")
        + times(1, every: 1, .signOut, user: "bob", from: 60)
        + times(1, every: 1, .removed, user: "bob", from: 61),
      told: ["bob: removed, with no sign-in"]),
    RuleCase(
      rule: "no-sign-in",
      happenings: times(1, every: 1, .signIn, user: "bob")
        + times(4, every: 7000, .changed, user: "bob", from: 7000)
        + times(1, every: 1, .secondFactorOff, user: "alice", from: 50_000), told: []),
    RuleCase(
      rule: "setup", happenings: times(1, every: 1, .setup, address: "192.0.2.7"),
      told: ["192.0.2.7: setup"]),
    RuleCase(rule: "setup", happenings: times(1, every: 1, .dashboard), told: []),
    RuleCase(
      rule: "guard-changed", happenings: times(1, every: 1, .guardChanged, user: "bob"),
      told: ["bob: guard-changed"]),
    RuleCase(
      rule: "guard-changed", happenings: times(1, every: 1, .guardAccepted, user: "bob"), told: []),
    RuleCase(
      rule: "guard-unavailable", happenings: times(3, every: 1, .guardUnavailable, user: "bob"),
      told: ["3 times on 2026-10-01"]),
    RuleCase(
      rule: "guard-unavailable", happenings: times(3, every: 1, .guardRefused, user: "bob"),
      told: []),
    RuleCase(rule: "untrusted-entry", happenings: times(1, every: 1, .forged), told: ["forged"]),
    RuleCase(rule: "untrusted-entry", happenings: times(9, every: 1, .untrusted), told: []),
    RuleCase(
      rule: "secret-file", happenings: times(1, every: 1, .secretFile, address: "192.0.2.7"),
      told: ["192.0.2.7: secret-file"]),
    RuleCase(rule: "secret-file", happenings: times(9, every: 1, .holeTried), told: []),
    RuleCase(
      rule: "livewire-exploit", happenings: times(1, every: 1, .livewireProbe),
      told: ["livewire-probe"]),
    RuleCase(rule: "livewire-exploit", happenings: times(9, every: 1, .livewireFailed), told: []),
    RuleCase(
      rule: "livewire-errors",
      happenings: times(3, every: 60, .livewireFailed, address: "192.0.2.7")
        + times(3, every: 60, .livewireFailed, from: 1000),
      told: ["192.0.2.7: 3 within 600 s", "3 within 600 s"]),
    RuleCase(
      rule: "livewire-errors",
      happenings: times(2, every: 1, .livewireFailed, address: "192.0.2.7")
        + times(2, every: 1, .livewireFailed, address: "192.0.2.8")
        + times(9, every: 1, .livewire, address: "192.0.2.7"), told: []),
    RuleCase(
      rule: "sql-probe", happenings: times(1, every: 1, .sqlProbe, address: "192.0.2.7"),
      told: ["192.0.2.7: sql-probe"]),
    RuleCase(rule: "sql-probe", happenings: times(9, every: 1, .holeTried), told: []),
    RuleCase(rule: "debug-bar", happenings: times(1, every: 1, .debugBar), told: ["debug-bar"]),
    RuleCase(rule: "debug-bar", happenings: times(9, every: 1, .holeTried), told: []),
    RuleCase(
      rule: "environment-switch", happenings: times(1, every: 1, .environmentSwitch),
      told: ["environment-switch"]),
    RuleCase(rule: "environment-switch", happenings: times(9, every: 1, .holeTried), told: []),
    RuleCase(
      rule: "mail-settings", happenings: times(1, every: 1, .mailSettings, user: "bob"),
      told: ["bob: mail-settings"]),
    RuleCase(rule: "mail-settings", happenings: times(9, every: 1, .dashboard), told: []),
    RuleCase(
      rule: "holes-tried", happenings: times(7, every: 60, .holeTried, address: "192.0.2.7"),
      told: ["192.0.2.7: 7 times on 2026-10-01"]),
    RuleCase(rule: "holes-tried", happenings: times(9, every: 1, .secretFile), told: []),
    RuleCase(rule: "log-cut", happenings: times(1, every: 1, .logCut), told: ["log-cut"]),
    RuleCase(rule: "log-cut", happenings: times(1, every: 1, .logGap), told: []),
    RuleCase(rule: "log-gap", happenings: times(1, every: 1, .logGap), told: ["log-gap"]),
    RuleCase(rule: "log-gap", happenings: times(1, every: 1, .logCut), told: []),
    RuleCase(
      rule: "failures", happenings: times(30, every: 1, .failure), told: ["20 within 60 s"]),
    RuleCase(rule: "failures", happenings: times(30, every: 4, .failure), told: []),
  ]

  @Test("one rule", arguments: cases)
  func rule(_ one: RuleCase) throws {
    let rule = try #require(Rule.all.first { $0.id == one.rule })
    var watch = Watch([rule])
    let sorted = one.happenings.sorted { $0.at < $1.at }
    let alerts = sorted.flatMap { watch.see($0.event) } + watch.end()
    #expect(alerts.count == one.told.count, "\(alerts.map(\.signal.message))")
    for (alert, words) in zip(alerts, one.told) { #expect(alert.signal.message.hasPrefix(words)) }
  }

  /// What each rule that counts is about, and how to get there.
  static let counted: [(rule: String, happenings: @Sendable (Int) -> [Happening])] = [
    ("codes-refused", { times($0, every: 1, .codeRefused, user: "alice") }),
    (
      "success-after-failures",
      {
        times($0, every: 1, .codeRefused, user: "alice")
          + times(1, every: 1, .signIn, user: "alice", from: 300)
      }
    ),
    ("passwords-tried", { times($0, every: 1, .passwordPosted, address: "192.0.2.7") }),
    ("too-many-requests", { times($0, every: 1, .tooMany, address: "192.0.2.7") }),
    ("bulk-removal", { times($0, every: 1, .removed, user: "alice") }),
    (
      "no-sign-in",
      {
        times(1, every: 1, .signIn, user: "alice")
          + times(1, every: 1, .changed, user: "alice", from: 60 * $0)
      }
    ),
    ("failures", { times($0, every: 1, .failure) }),
    ("livewire-errors", { times($0, every: 0, .livewireFailed, address: "192.0.2.7") }),
    ("holes-tried", { times($0, every: 1, .holeTried, address: "192.0.2.7") }),
  ]

  @Test("a success that its user could have written forgives no failures before it")
  func forgiven() {
    for (isForCaller, count) in [(false, 0), (true, 1)] {
      var watch = Watch(Rule.all.filter { $0.id == "success-after-failures" })
      var events = times(3, every: 1, .guardRefused, user: "bob").map(\.event)
      events.append(
        TrailEvent(
          occurrence: Occurrence(
            time: Moment("2026-10-01T08:01:00Z"), kind: .guardAccepted, user: "bob",
            detail: "accepted", isForCaller: isForCaller), source: "test", record: 1))
      events += times(2, every: 1, .guardRefused, user: "bob", from: 100).map(\.event)
      events += times(1, every: 1, .guardAccepted, user: "bob", from: 200).map(\.event)
      #expect(events.flatMap { watch.see($0) }.count == count)
    }
  }

  @Test("a threshold that is set counts, for its own rule alone")
  func thresholds() throws {
    #expect(TrailThresholds.rules == Self.counted.map(\.rule))
    for (id, happenings) in Self.counted {
      let rule = try #require(Rule.all.first { $0.id == id })
      for number in [1, 3, 40] {
        var thresholds = TrailThresholds()
        let isSet = thresholds.set("\(id)=\(number)")
        #expect(isSet)
        func alerts(_ count: Int) -> Int {
          var watch = Watch([rule], thresholds: thresholds)
          return (happenings(count).flatMap { watch.see($0.event) } + watch.end()).count
        }
        #expect(alerts(number) == 1 && alerts(number - 1) == 0, "\(id) \(number)")
      }
    }
  }

  @Test(
    "what is no threshold changes nothing",
    arguments: [
      "", "=", "failures", "failures=", "failures=0", "failures=1001", "failures=-1", "failures=+5",
      "failures=5=5", "failures=5 ", "setup=5", "Failures=5", "=5", "failures=99999999999999999999",
    ])
  func noThreshold(text: String) {
    var thresholds = TrailThresholds()
    let isSet = thresholds.set(text)
    #expect(!isSet && thresholds.failures.count == 20)
  }

  @Test("every rule has both, and all its words")
  func complete() {
    for rule in Rule.all {
      let own = Self.cases.filter { $0.rule == rule.id }
      #expect(own.contains { !$0.told.isEmpty } && own.contains { $0.told.isEmpty }, "\(rule.id)")
      for words in [rule.title, rule.response] { #expect(!words.isEmpty && !words.hasSuffix(".")) }
    }
    #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
  }

  @Test("strangers' names fill no memory, and drive out the oldest alone")
  func bounded() {
    var table = BoundedTable<Int>()
    for number in 0..<25_000 { table.set(number, for: "\(number)", at: Moment(seconds: number)) }
    #expect(table.count <= BoundedTable<Int>.limit)
    #expect(table["24999"] == 24_999 && table["20000"] == 20_000 && table["0"] == nil)
  }

  @Test("times that go backwards break no rule")
  func backwards() {
    var watch = Watch()
    let events =
      (times(300, every: -7, .codeRefused, user: "alice", address: "192.0.2.7", from: 90_000)
      + times(300, every: 5, .tooMany, user: "bob", address: "192.0.2.7")).map(\.event)
    let alerts = events.flatMap { watch.see($0) } + watch.end()
    #expect(Set(alerts.map(\.rule.id)) == ["codes-refused", "too-many-requests"])
  }
}
