/// Our own lines in the system's log: the module's, the broker's and the command's. Exported from the
/// journal, or from a file of syslog, which does not tell who wrote a line.
struct AuthReader: LineReader {
  let clock: @Sendable (LocalTime) -> Moment
  /// The lines of old syslog name no year: it is the last one in which they are past.
  let now: Moment
  let thisYear: Int

  static let module = "pam_cachet_mfa("
  private static let programs = ["cachet-mfa", "cachet-mfa-broker"]

  func read(_ line: ArraySlice<UInt8>) -> LineReading {
    guard line.first == UInt8(ascii: "{") else { return readSyslog(line) }
    return JournalEntry(line).map(read) ?? Self.noEntry
  }

  static let noEntry = LineReading.unreadable("is no entry of the journal")

  func read(_ entry: JournalEntry) -> LineReading {
    guard let message = entry[.message],
      let text = Self.ours(message, from: entry[.identifier] ?? [])
    else { return .nothing }
    guard let stamp = entry[.time],
      let microseconds = Int(String(decoding: stamp, as: UTF8.self)),
      (0...253_402_300_799_000_000).contains(microseconds)
    else { return .unreadable("has no time") }
    let time = Moment(seconds: microseconds / 1_000_000)
    let writer = Writer(entry, isModule: Self.isModules(message))
    return Self.judge(text, at: time, by: writer)
  }

  /// Whose word a line of the journal is.
  private enum Writer {
    case root
    /// A program of root's that somebody else started, and cannot make say what the module says.
    case program
    /// A web server's worker, which asks the broker and says what came of that.
    case worker(String)
    case stranger(String)

    /// Where Debian and others have them. `sudo` begins its own lines with the caller's name, `su` with
    /// fixed words.
    private static let programs: Set<String> = [
      "/usr/bin/sudo", "/usr/bin/su", "/bin/su", "/usr/bin/sudo-rs", "/usr/bin/su-rs",
      "/usr/lib/cargo/bin/sudo", "/usr/lib/cargo/bin/su", "/usr/bin/doas",
    ]
    private static let servers: Set<String> = [
      "/usr/sbin/apache2", "/usr/sbin/httpd", "/usr/sbin/nginx",
    ]

    init(_ entry: JournalEntry, isModule: Bool) {
      let user = entry[.user].map { Printable.text($0, limit: 10) }
      guard user != "0" else {
        self = .root
        return
      }
      var path = entry[.program].map { String(decoding: $0, as: UTF8.self) } ?? ""
      // Replaced by a newer one since.
      if path.hasSuffix(" (deleted)") { path.removeLast(" (deleted)".count) }
      var words = "uid \(user ?? "nobody known")"
      if !path.isEmpty { words += ", \(Printable.text(path.utf8, limit: 60))" }
      if isModule, user != nil, Self.programs.contains(path) {
        self = .program
      } else if Self.servers.contains(path) {
        self = .worker(words)
      } else {
        self = .stranger(words)
      }
    }
  }

  private func readSyslog(_ line: ArraySlice<UInt8>) -> LineReading {
    // One in a thousand is ours.
    guard line.place(of: "event=") != nil else {
      return Self.mayBeSyslog(line) ? .nothing : .unreadable("is no line of syslog")
    }
    var cursor = Cursor(line)
    let time = line.first?.isDigit == true ? Self.stamp(&cursor) : oldStamp(&cursor)
    guard let time, cursor.take(" "), cursor.until(UInt8(ascii: " ")) != nil,
      let tag = cursor.until(UInt8(ascii: " "))
    else { return .unreadable("is no line of syslog") }
    let program = tag.prefix { $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: ":") }
    guard let text = Self.ours(cursor.rest, from: program) else { return .nothing }
    return Self.judge(text, at: time, by: .root)
  }

  /// Whether it begins as one: with a date, or with what 'journalctl' puts between lines and before the
  /// second line of a message.
  private static func mayBeSyslog(_ line: ArraySlice<UInt8>) -> Bool {
    guard let first = line.first, first != UInt8(ascii: " ") else { return true }
    let (head, next) = (line.prefix(3), line.dropFirst(3).first)
    return line.starts(with: "-- ".utf8)
      || AccessLine.month(head) != nil && next == UInt8(ascii: " ")
      || head.allSatisfy(\.isDigit) && next?.isDigit == true
        && line.dropFirst(4).first == UInt8(ascii: "-")
  }

  /// The fields of a line of ours; `nil` for a line that only speaks of one.
  private static func ours(
    _ message: ArraySlice<UInt8>, from program: ArraySlice<UInt8>
  ) -> ArraySlice<UInt8>? {
    var cursor = Cursor(message)
    if cursor.take(module) {
      guard let place = cursor.until(UInt8(ascii: ")")), place.count <= 80, cursor.take(": ") else {
        return nil
      }
    } else if !programs.contains(where: { program.elementsEqual($0.utf8) }) {
      return nil
    }
    return cursor.rest.starts(with: "event=".utf8) ? cursor.rest : nil
  }

  private static func isModules(_ message: ArraySlice<UInt8>) -> Bool {
    message.starts(with: module.utf8)
  }

  private static func judge(
    _ text: ArraySlice<UInt8>, at time: Moment, by writer: Writer
  ) -> LineReading {
    let fields = FieldLine(text)?.fields ?? [:]
    guard let event = fields["event"], let outcome = fields["outcome"] else {
      return switch writer {
      case .root, .program: .unreadable("is an audit line that was cut or changed")
      case .worker(let who): .occurrence(untrusted(time, who, "a line that is not whole"))
      case .stranger(let who): .occurrence(forged(time, who))
      }
    }
    let words = words(of: fields, event, outcome)
    switch writer {
    case .root, .program: break
    case .worker(let who): return .occurrence(untrusted(time, who, words))
    // The module in a screen locker, say, whose broker gave no answer.
    case .stranger(let who) where outcome == "unavailable" && fields["reason"] == "broker":
      return .occurrence(untrusted(time, who, words))
    case .stranger(let who): return .occurrence(forged(time, who))
    }
    let isQuestion = ["sign-in", "account", "authorize", "call"].contains(event)
    let kind: Occurrence.Kind? =
      switch outcome {
      case "accepted": event == "sign-in" ? .guardAccepted : isQuestion ? nil : .guardChanged
      case "refused": .guardRefused
      case "unavailable": .guardUnavailable
      default: nil
      }
    guard let kind else { return .nothing }
    var occurrence = Occurrence(
      time: time, kind: kind, user: fields["user"].map { Printable.name($0.utf8) },
      address: fields["rhost"].map { Printable.name($0.utf8) }, detail: words)
    if case .program = writer { occurrence.isForCaller = true }
    return .occurrence(occurrence)
  }

  private static func untrusted(_ time: Moment, _ who: String, _ words: String) -> Occurrence {
    Occurrence(time: time, kind: .untrusted, detail: "not counted, as \(who) wrote it: \(words)")
  }

  private static func forged(_ time: Moment, _ who: String) -> Occurrence {
    Occurrence(time: time, kind: .forged, detail: "looks like ours, written by \(who)")
  }

  private static func words(
    of fields: [String: String], _ event: String, _ outcome: String
  ) -> String {
    var words = ["\(Printable.name(event.utf8)) \(Printable.name(outcome.utf8))"]
    if let door = fields["door"] { words.append("at \(Printable.name(door.utf8))") }
    for name in ["factor", "reason", "part", "detail", "by"] {
      if let value = fields[name] { words.append("\(name) \(Printable.name(value.utf8))") }
    }
    return words.joined(separator: " ")
  }

  /// `2026-10-01T12:00:00.123456+02:00`
  private static func stamp(_ cursor: inout Cursor) -> Moment? {
    guard let local = LocalTime(&cursor) else { return nil }
    cursor.skipFraction()
    return cursor.offset().map { local.inUTC.later(by: -$0) }
  }

  /// `Oct  1 12:00:00`
  private func oldStamp(_ cursor: inout Cursor) -> Moment? {
    guard let name = cursor.until(UInt8(ascii: " ")), let month = AccessLine.month(name) else {
      return nil
    }
    let day = cursor.take(" ") ? cursor.number(digits: 1) : cursor.number(digits: 2)
    guard let day, cursor.take(" "), let time = LocalTime.clock(&cursor) else { return nil }
    for year in stride(from: thisYear, to: thisYear - 5, by: -1) {
      guard
        let local = LocalTime(
          year: year, month: month, day: day, hour: time.hour, minute: time.minute,
          second: time.second)
      else { continue }
      let moment = clock(local)
      if moment <= now.later(by: 86_400) { return moment }
    }
    return nil
  }
}
