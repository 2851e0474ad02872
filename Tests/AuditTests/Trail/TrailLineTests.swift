import Testing

@testable import CachetAudit

extension Moment {
  /// `2026-10-01T12:00:00Z`
  init(_ text: String) { self = Since.moment(text, now: Moment(seconds: 0)) ?? Moment(seconds: -1) }
}

func bytes(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

/// Kind, user, address and detail of what a line came to, in one line.
func told(_ reading: LineReading) -> String {
  switch reading {
  case .nothing: "nothing"
  case .unreadable(let what): "unreadable: \(what)"
  case .occurrence(let one):
    "\(one.kind.rawValue) \(one.user ?? "-") \(one.address ?? "-") \(one.detail)"
  }
}

@Suite("Trail: lines of the web server")
struct AccessLineTests {
  /// A password that was posted ten seconds and `second` after noon.
  static func posted(_ second: Int) -> String {
    line("POST /auth/login HTTP/1.1", 302, date: "01/Oct/2026:12:00:\(10 + second) +0000") + "\n"
  }

  static func line(
    _ request: String, _ status: Int = 200, user: String = "-", address: String = "192.0.2.7",
    date: String = "01/Oct/2026:12:00:00 +0200"
  ) -> String {
    "\(address) - \(user) [\(date)] \"\(request)\" \(status) 354 \"-\" \"curl/8\""
  }

  static let requests: [(request: String, status: Int, told: String)] = [
    ("POST /auth/login HTTP/1.1", 302, "password-posted - 192.0.2.7 POST /auth/login 302"),
    ("GET /auth/login HTTP/1.1", 200, "nothing"),
    // Laravel takes it for POST.
    ("PoSt /auth/login HTTP/1.1", 302, "password-posted - 192.0.2.7 PoSt /auth/login 302"),
    (
      "delete /api/v1/components/7 HTTP/1.1", 204,
      "api-write - 192.0.2.7 delete /api/v1/components/7 204"
    ),
    ("P\u{F4}ST /auth/login HTTP/1.1", 302, "nothing"),
    ("POST /auth/2fa HTTP/1.1", 302, "code-posted - 192.0.2.7 POST /auth/2fa 302"),
    ("POST //auth//login/ HTTP/1.1", 302, "password-posted - 192.0.2.7 POST /auth/login 302"),
    ("POST /index.php/auth/2fa HTTP/1.1", 302, "code-posted - 192.0.2.7 POST /auth/2fa 302"),
    ("POST /%61uth/%6cogin HTTP/1.1", 302, "password-posted - 192.0.2.7 POST /auth/login 302"),
    (
      "POST http://x.org/auth/login HTTP/1.1", 302,
      "password-posted - 192.0.2.7 POST /auth/login 302"
    ),
    (
      "POST /auth/login?password=hunter2 HTTP/1.1", 302,
      "password-posted - 192.0.2.7 POST /auth/login 302"
    ),
    (
      "GET /dashboard/user/1/api/regen HTTP/1.1", 302,
      "key-page - 192.0.2.7 GET /dashboard/user/1/api/regen 302"
    ),
    ("GET /dashboard/user/1/api/regen HTTP/1.1", 403, "nothing"),
    (
      "GET /%64ashboard/user/1/api/regen HTTP/1.1", 302,
      "key-page - 192.0.2.7 GET /dashboard/user/1/api/regen 302"
    ),
    ("GET /dashboard HTTP/1.1", 200, "dashboard - 192.0.2.7 GET /dashboard 200"),
    ("GET /dashboard HTTP/1.1", 302, "nothing"),
    ("GET /dashboards HTTP/1.1", 200, "nothing"),
    ("GET /dashboard/login HTTP/1.1", 200, "nothing"),
    ("GET /setup HTTP/1.1", 200, "setup - 192.0.2.7 GET /setup 200"),
    ("GET /setup HTTP/1.1", 302, "nothing"),
    ("POST /setup/step3 HTTP/1.1", 500, "setup - 192.0.2.7 POST /setup/step3 500"),
    ("POST /livewire/update HTTP/1.1", 200, "livewire - 192.0.2.7 POST /livewire/update 200"),
    (
      "POST /livewire-0a1b2c3d/update HTTP/2.0", 200,
      "livewire - 192.0.2.7 POST /livewire-0a1b2c3d/update 200"
    ),
    ("POST /livewire/upload-file HTTP/1.1", 200, "nothing"),
    (
      "DELETE /api/v1/incidents/3 HTTP/1.1", 204,
      "api-write - 192.0.2.7 DELETE /api/v1/incidents/3 204"
    ),
    ("GET /api/v1/incidents HTTP/1.1", 200, "nothing"),
    (
      "GET /signup/invite/SECRET HTTP/1.1", 429, "too-many-requests - 192.0.2.7 GET /signup/... 429"
    ),
    ("POST /auth/login HTTP/1.1", 429, "too-many-requests - 192.0.2.7 POST /auth/login 429"),
    ("\\x16\\x03\\x01\\x02", 400, "nothing"),
    ("-", 408, "nothing"),
    ("GET /\\\" 200 1 HTTP/1.1", 404, "nothing"),
    (
      "POST /api/\u{1B}[2Jx\u{202E}%0a%1b HTTP/1.1", 200,
      "api-write - 192.0.2.7 POST /api/?[2Jx??? 200"
    ),
  ]

  @Test("requests", arguments: requests)
  func request(_ one: (request: String, status: Int, told: String)) {
    let reading = AccessReader().read(bytes(Self.line(one.request, one.status)))
    #expect(told(reading) == one.told)
  }

  @Test("who and from where, and no name that was refused")
  func names() {
    func read(_ user: String, _ status: Int, _ address: String = "2001:db8::1") -> String {
      told(
        AccessReader().read(
          bytes(Self.line("POST /auth/2fa HTTP/1.1", status, user: user, address: address))))
    }
    #expect(read("alice", 302) == "code-posted alice 2001:db8::1 POST /auth/2fa 302")
    #expect(read("hunter2", 401) == "code-posted - 2001:db8::1 POST /auth/2fa 401")
    #expect(read("\"\"", 302) == "code-posted - 2001:db8::1 POST /auth/2fa 302")
    #expect(read("al ice: x", 302) == "code-posted 'al ice: x' 2001:db8::1 POST /auth/2fa 302")
    #expect(read("al'ice", 302) == "code-posted 'al?ice' 2001:db8::1 POST /auth/2fa 302")
  }

  /// As the servers of Debian 12 write them.
  @Test(
    "Apache's vhost_combined and combined, nginx's combined",
    arguments: [
      (
        #"status.example.org:443 192.0.2.7 - - [01/Oct/2026:12:00:00 +0200] "POST /auth/login HTTP/1.1" 302 5071 "https://status.example.org/auth/login" "Mozilla/5.0 \"x\" (X11)""#,
        "password-posted - 192.0.2.7 POST /auth/login 302"
      ),
      (
        #"status.example.org:80 2001:db8::1 - alice [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/1.1" 302 1 "-" "-""#,
        "code-posted alice 2001:db8::1 POST /auth/2fa 302"
      ),
      (
        #"[2001:db8::5]:8443 192.0.2.7 - al ice [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/1.1" 302 1 "-" "-""#,
        "code-posted 'al ice' 192.0.2.7 POST /auth/2fa 302"
      ),
      (
        #"2001:db8::443 - - [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/2.0" 302 1 "-" "-""#,
        "code-posted - 2001:db8::443 POST /auth/2fa 302"
      ),
      (
        // Nobody can pass for another address by the name that they send.
        #"2001:db8::443 - 198.51.100.9 - bob [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/2.0" 302 1 "-" "-""#,
        "code-posted '198.51.100.9 - bob' 2001:db8::443 POST /auth/2fa 302"
      ),
      (
        #"192.0.2.7 - a\x22b [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/2.0" 302 138 "-" "\x22curl\x22""#,
        #"code-posted 'a\x22b' 192.0.2.7 POST /auth/2fa 302"#
      ),
      (
        #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0200] "\x16\x03\x01\x00\xEE" 400 150 "-" "-""#,
        "nothing"
      ),
      (
        #"status.example.org:443 192.0.2.7 [01/Oct/2026:12:00:00 +0200] "POST /auth/2fa HTTP/1.1" 302 1 "-" "-""#,
        "unreadable: is no line of the combined format"
      ),
    ])
  func servers(line: String, words: String) {
    #expect(told(AccessReader().read(bytes(line))) == words)
  }

  @Test("a name cannot forge a request, nor a time")
  func forged() {
    let user = #"x [01/Oct/2020:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1"#
    let line = Self.line("POST /auth/login HTTP/1.1", 302, user: user)
    guard case .occurrence(let one) = AccessReader().read(bytes(line)) else {
      Issue.record("not read")
      return
    }
    #expect(one.time == Moment("2026-10-01T10:00:00Z"))
    #expect(one.kind == .passwordPosted)
  }

  @Test(
    "what is no such line is told, and so is a day that there is not",
    arguments: [
      "x", "192.0.2.7 - - [01/Oct/2026:12:00:00 +0200]", "\u{0}\u{0}\u{0}",
      line("GET / HTTP/1.1", date: "31/Feb/2026:12:00:00 +0200"),
      line("GET / HTTP/1.1", date: "01/Okt/2026:12:00:00 +0200"),
      line("GET / HTTP/1.1", date: "01/Oct/2026:25:00:00 +0200"),
      line("GET / HTTP/1.1", date: "01/Oct/2026:12:00:00 +9900"),
      line("GET / HTTP/1.1", date: "01/Oct/0000:12:00:00 +0200"),
      #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0200] "GET / HTTP/1.1 200 1"#,
      #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0200] "GET / HTTP/1.1" abc 1"#,
    ])
  func unreadable(line: String) {
    #expect(
      told(AccessReader().read(bytes(line))) == "unreadable: is no line of the combined format")
  }

  @Test("below the path of 3.x")
  func prefix() {
    let reader = AccessReader(prefix: Array("/status".utf8))
    let inside = bytes(Self.line("POST /status/api/components HTTP/1.1", 201))
    #expect(told(reader.read(inside)) == "api-write - 192.0.2.7 POST /api/components 201")
    let livewire = bytes(Self.line("POST /livewire/update HTTP/1.1"))
    #expect(told(reader.read(livewire)) == "livewire - 192.0.2.7 POST /livewire/update 200")
  }
}

@Suite("Trail: lines of Laravel, the journal and the table")
struct TrailLineTests {
  static let laravel: [(line: String, told: String)] = [
    (
      #"[2026-10-01 12:00:00] production.ERROR: Allowed memory exhausted {"exception":"[object] (App\\Trouble\\Overload(code: 0): x at /x.php:1)"#,
      "failure - - ERROR Overload Allowed memory exhausted"
    ),
    (
      #"[2026-10-01 12:00:00] production.ERROR: exception 'Illuminate\Database\QueryException' with message 'SQLSTATE password=hunter2'"#,
      "failure - - ERROR QueryException exception"
    ),
    (
      #"[2026-10-01 12:00:00] production.CRITICAL: Swift\Transport: refused hunter2"#,
      "failure - - CRITICAL Transport"
    ),
    (
      "[2026-10-01 12:00:00] production.WARNING: The password hunter is weak",
      "failure - - WARNING The password"
    ),
    ("[2026-10-01 12:00:00] production.ERROR: alice@example.org token=abc", "failure - - ERROR"),
    ("[2026-10-01 12:00:00] production.ERROR:", "failure - - ERROR"),
    ("[2026-10-01 12:00:00] production.DEBUG: Message-ID: <secret>", "nothing"),
    ("[2026-10-01 12:00:00] production.INFO: hello", "nothing"),
    (
      "[2026-02-31 12:00:00] production.ERROR: no such day",
      "unreadable: is no entry of Laravel's log"
    ),
    ("#0 {main}", "unreadable: is no entry of Laravel's log"),
    ("", "nothing"),
  ]

  @Test("Laravel", arguments: laravel)
  func laravelLine(_ one: (line: String, told: String)) {
    var reader = LaravelReader { $0.inUTC }
    #expect(told(reader.read(bytes(one.line))) == one.told)
  }

  @Test("what follows an entry is part of it, whatever it holds")
  func folded() {
    var reader = LaravelReader { $0.inUTC }
    let lines = [
      "[2026-10-01 12:00:00] production.ERROR: Trouble", "[stacktrace]", "#0 hunter2 {main}",
      "\u{0}\u{1B}[2J", "[2026-13-01 12:00:00] production.ERROR: no such month", "\"}",
    ]
    #expect(
      lines.map { told(reader.read(bytes($0))) }.filter { $0 != "nothing" } == [
        "failure - - ERROR Trouble"
      ])
  }

  static let sshd = "pam_cachet_mfa(sshd:auth): "
  static let refused =
    "event=sign-in outcome=refused user=alice service=sshd door=ssh rhost=192.0.2.7 factor=none reason=wrong-code first-factor=proven attempts=1"

  static func entry(_ message: String, uid: String = "\"0\"", program: String = "sshd") -> String {
    let quoted = message.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    return
      "{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1790856000123456\",\"_UID\":\(uid),\"SYSLOG_IDENTIFIER\":\"\(program)\",\"MESSAGE\":\"\(quoted)\",\"_PID\":\"12\"}"
  }

  static let journal: [(line: String, told: String)] = [
    (
      entry(sshd + refused),
      "guard-refused alice 192.0.2.7 sign-in refused at ssh factor none reason wrong-code"
    ),
    (
      entry(refused.replacing("refused", with: "accepted"), program: "cachet-mfa-broker"),
      "guard-accepted alice 192.0.2.7 sign-in accepted at ssh factor none reason wrong-code"
    ),
    (
      entry("event=disable outcome=accepted user=bob by=alice", program: "cachet-mfa"),
      "guard-changed bob - disable accepted by alice"
    ),
    (
      entry(
        "event=account outcome=unavailable user=bob reason=store part=record",
        program: "cachet-mfa-broker"),
      "guard-unavailable bob - account unavailable reason store part record"
    ),
    (
      entry(
        #"event=sign-in outcome=refused user="a \"b\\ c" door=ssh"#, program: "cachet-mfa-broker"),
      "guard-refused 'a \"b\\ c' - sign-in refused at ssh"
    ),
    (entry("event=account outcome=ignored user=bob", program: "cachet-mfa-broker"), "nothing"),
    (entry("event=account outcome=accepted user=bob", program: "cachet-mfa-broker"), "nothing"),
    (entry(refused, program: "sshd"), "nothing"),
    (entry("Invalid user " + sshd + refused), "nothing"),
    (entry(sshd + refused, uid: "\"1000\""), "forged - - looks like ours, written by uid 1000"),
    (
      entry(sshd + refused, uid: "null"),
      "forged - - looks like ours, written by uid nobody known"
    ),
    (
      entry(sshd + refused, uid: "[\"0\",\"1000\"]"),
      "forged - - looks like ours, written by uid nobody known"
    ),
    (
      entry(sshd + refused).replacing("\"_PID\":\"12\"", with: "\"_UID\":\"1000\""),
      "forged - - looks like ours, written by uid nobody known"
    ),
    (entry(sshd + refused + " user=bob"), "unreadable: is an audit line that was cut or changed"),
    (
      entry(sshd + "event=sign-in outcome=\"refused"),
      "unreadable: is an audit line that was cut or changed"
    ),
    (entry(sshd + "event=sign-in"), "unreadable: is an audit line that was cut or changed"),
    ("{\"MESSAGE\":\"x\"", "unreadable: is no entry of the journal"),
    ("{\"MESSAGE\":\"\\q\"}", "unreadable: is no entry of the journal"),
    ("{\"MESSAGE\":[1,2,300],\"_UID\":null}", "nothing"),
    ("{}", "nothing"),
    (
      entry(sshd + refused).replacing("1790856000123456", with: "soon"), "unreadable: has no time"
    ),
  ]

  static let reader = AuthReader(
    clock: { $0.inUTC }, now: Moment("2026-10-08T12:00:00Z"), thisYear: 2026)

  @Test("the journal", arguments: journal)
  func journalLine(_ one: (line: String, told: String)) {
    #expect(told(Self.reader.read(bytes(one.line))) == one.told)
  }

  @Test("a message of bytes is the same message")
  func messageOfBytes() {
    let numbers = (Self.sshd + Self.refused).utf8.map(String.init).joined(separator: ",")
    let line = Self.entry("x").replacing("\"MESSAGE\":\"x\"", with: "\"MESSAGE\":[\(numbers)]")
    #expect(told(Self.reader.read(bytes(line))).hasPrefix("guard-refused alice 192.0.2.7"))
  }

  static let syslog: [(head: String, time: String)] = [
    ("2026-10-01T12:00:00.123456+02:00", "2026-10-01T10:00:00Z"),
    ("2026-10-01T12:00:00Z", "2026-10-01T12:00:00Z"),
    ("Oct  1 12:00:00", "2026-10-01T12:00:00Z"),
    ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
    ("Feb 29 12:00:00", "2024-02-29T12:00:00Z"),
  ]

  @Test("a file of syslog, with years and without", arguments: syslog)
  func syslogLine(_ one: (head: String, time: String)) {
    let line = "\(one.head) host sshd[12]: \(Self.sshd)\(Self.refused)"
    guard case .occurrence(let found) = Self.reader.read(bytes(line)) else {
      Issue.record("not read")
      return
    }
    #expect(found.time == Moment(one.time))
    #expect(found.kind == .guardRefused)
  }

  @Test("lines of others in a file of syslog, and broken ones of ours")
  func otherSyslog() {
    let head = "2026-10-01T12:00:00Z host "
    #expect(told(Self.reader.read(bytes(head + "cron[1]: job"))) == "nothing")
    #expect(told(Self.reader.read(bytes(head + "logger: " + Self.refused))) == "nothing")
    for line in ["Oct  1 12:00:00 host cron[1]: job", "-- Boot 0123 --", "      second line", ""] {
      #expect(told(Self.reader.read(bytes(line))) == "nothing", "\(line)")
    }
    for line in ["root:x:0:0:root:/root:/bin/bash", "192.0.2.7 - - [01/Oct/2026] x", "October 1 x"]
    {
      #expect(told(Self.reader.read(bytes(line))) == "unreadable: is no line of syslog", "\(line)")
    }
    #expect(
      told(Self.reader.read(bytes("yesterday host sshd[1]: " + Self.refused)))
        == "unreadable: is no line of syslog")
    #expect(
      told(Self.reader.read(bytes("Oct 32 12:00:00 host sshd[1]: " + Self.refused)))
        == "unreadable: is no line of syslog")
  }

  @Test("rows of the table")
  func rows() throws {
    func read(_ values: [String?]) -> String? {
      ActionRow(values) { $0.inUTC }.map { "\($0.id) \(told(.occurrence($0.occurrence)))" }
    }
    let name = "CachetHQ\\Cachet\\Bus\\Events\\User\\User"
    let time = "2026-10-01 12:00:00"
    let known = [
      "LoggedIn": "sign-in", "LoggedOut": "sign-out", "PassedTwoAuth": "code-accepted",
      "FailedTwoAuth": "code-refused", "EnabledTwoAuth": "second-factor-on",
      "DisabledTwoAuth": "second-factor-off", "RegeneratedApiToken": "key-regenerated",
      "WasCreated": "user-created", "AcceptedInvite": "user-created", "WasRemoved": "user-removed",
      "WasWelcomed": "changed",
    ]
    for (event, kind) in known {
      #expect(
        read(["7", "\(name)\(event)Event", "alice", time]) == "7 \(kind) alice - User\(event)")
    }
    #expect(
      read(["7", "X\\MetricWasRemovedEvent", "b\u{1B}ob", time])
        == "7 removed 'b?ob' - MetricWasRemoved")
    #expect(read(["7", "X\\MetricWasUpdatedEvent", nil, time]) == "7 changed - - MetricWasUpdated")
    for bad: [String?] in [
      ["0", name, "a", time], ["x", name, "a", time], ["7", nil, "a", time], ["7", name, "a"],
      ["7", name, "a", nil], ["7", name, "a", "2026-02-30 12:00:00"], [],
    ] { #expect(read(bad) == nil) }
  }
}

@Suite("Trail: times, lines in pieces, what is shown")
struct TrailTextTests {
  @Test(
    "the calendar",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_790_856_000, "2026-10-01T12:00:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
      (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
  func calendar(seconds: Int, text: String) {
    #expect(Moment(seconds: seconds).description == text)
    #expect(Moment(text).seconds == seconds)
  }

  @Test("since")
  func since() {
    let now = Moment("2026-10-08T12:00:00Z")
    let known = [
      "7d": "2026-10-01T12:00:00Z", "24h": "2026-10-07T12:00:00Z",
      "2026-10-01": "2026-10-01T00:00:00Z", "2026-10-01T12:00:00Z": "2026-10-01T12:00:00Z",
      "2026-10-01T12:00:00+02:00": "2026-10-01T10:00:00Z",
    ]
    for (text, time) in known { #expect(Since.moment(text, now: now) == Moment(time)) }
    for text in [
      "", "7", "d", "-7d", "+7d", "0d", "7w", "2026-13-01", "2026-02-29", "2026-10-01T12:00:00",
      "2026-10-01 ", "99999999999999999999d", "yesterday", "2026-10-01T12:00:00Zx",
    ] { #expect(Since.moment(text, now: now) == nil, "\(text)") }
  }

  @Test("lines are the same in whatever pieces they come", arguments: [1, 2, 3, 7, 64, 4096])
  func pieces(size: Int) {
    let text = "one\r\n\nthree\n\(String(repeating: "x", count: 90))\nfive\nlast"
    var splitter = LineSplitter(longest: 40)
    var lines: [String] = []
    var total = 0
    func take(_ line: LineSplitter.Line?) -> Bool {
      guard let line else { return false }
      lines.append("\(String(decoding: line.text, as: UTF8.self))\(line.isCut ? "~" : "")")
      total += line.length
      return true
    }
    var rest = bytes(text)
    while !rest.isEmpty {
      splitter.append(rest.prefix(size))
      rest = rest.dropFirst(size)
      while take(splitter.next()) {}
    }
    while take(splitter.rest()) {}
    #expect(lines == ["one", "", "three", String(repeating: "x", count: 40) + "~", "five", "last"])
    #expect(total == text.utf8.count)
  }

  @Test("nothing that is shown moves the cursor, breaks the line or turns the writing")
  func printable() {
    #expect(
      Printable.text("a\u{1B}[31m\n\r\t\u{7F}\u{9B}\u{202E}\u{2028}b".utf8)
        == "a?[31m????????b".replacing("????????", with: "???????"))
    #expect(Printable.text("Größe 東".utf8) == "Größe 東")
    #expect(Printable.text([0xFF, 0x41]) == "?A")
    #expect(Printable.text(String(repeating: "x", count: 99).utf8, limit: 5) == "xxxxx...")
    #expect(Printable.name("alice".utf8) == "alice")
    #expect(Printable.name("".utf8) == "''")
  }
}
