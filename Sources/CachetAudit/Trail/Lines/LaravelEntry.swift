/// An entry of Laravel's log, and what of it may be shown.
struct LaravelEntry {
  enum Reading {
    /// `nil` for one of those that are written while building.
    case entry(LaravelEntry?)
    /// A line that belongs there and tells nothing.
    case other
    case none
  }

  let time: Moment
  let level: String
  /// The class of the exception, without its name space.
  var exception: String?
  var words: String?
  /// Livewire's, or about what is sent to it.
  var livewire: Occurrence.Kind?

  /// Below these, a message is what somebody wanted to read while building.
  private static let severe = ["ERROR", "WARNING", "CRITICAL", "ALERT", "EMERGENCY"]

  private static func severity(_ level: ArraySlice<UInt8>) -> String? {
    severe.first { level.elementsEqual($0.utf8) }
  }

  var occurrence: Occurrence {
    let told = [level, exception, words].compactMap { $0 }.filter { !$0.isEmpty }
    return Occurrence(
      time: time, kind: livewire ?? .failure, detail: told.joined(separator: " "))
  }

  typealias Clock = (LocalTime) -> Moment

  // MARK: - As text

  /// `[TIME] ENVIRONMENT.LEVEL: …`, or of a worker `[TIME] Failed: …`, `[TIME][JOB] Failed: …`.
  static func text(_ line: ArraySlice<UInt8>, _ clock: Clock) -> Reading {
    var cursor = Cursor(line)
    guard cursor.take("["), let time = Stamp(&cursor), cursor.take("]") else { return .none }
    if let worker = WorkerLine.read(behind: cursor.rest, at: time, clock) { return worker }
    guard cursor.take(" "), let head = cursor.until(UInt8(ascii: ":")), head.count <= 96,
      let dot = head.lastIndex(of: UInt8(ascii: ".")), dot > head.startIndex
    else { return .none }
    let level = head[(dot + 1)...]
    guard (1...16).contains(level.count), level.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      return .none
    }
    guard let severity = severity(level) else { return .entry(nil) }
    _ = cursor.take(" ")
    return .entry(LaravelEntry(time.moment(clock), severity, cursor.rest.prefix(4096)))
  }

  /// A time with a zone of its own, or by the clock of Cachet.
  struct Stamp {
    private let local: LocalTime
    private let offset: Int?

    init?(_ cursor: inout Cursor) {
      guard let local = LocalTime(&cursor) else { return nil }
      self.local = local
      cursor.skipFraction()
      offset = cursor.offset()
    }

    func moment(_ clock: Clock) -> Moment {
      offset.map { local.inUTC.later(by: -$0) } ?? clock(local)
    }
  }

  private init(_ time: Moment, _ level: String, _ message: ArraySlice<UInt8>) {
    (self.time, self.level) = (time, level)
    let name = Self.exception(in: message)
    exception = name.map(Self.shown)
    words = Self.words(of: message)
    livewire = Self.livewire(message, name)
  }

  // MARK: - As JSON

  private static let names = JSONLine.Names([
    "datetime", "datetime/date", "datetime/timezone", "level_name", "message",
    "context/exception", "context/exception/class",
    // A worker with --json.
    "timestamp", "job", "status",
  ])
  private enum Place {
    static let (datetime, date, zone, level, message) = (0, 1, 2, 3, 4)
    static let (exception, exceptionClass, timestamp, job, status) = (5, 6, 7, 8, 9)
  }

  /// As Monolog's formatter for JSON writes it, or a worker.
  static func object(_ line: ArraySlice<UInt8>, _ clock: Clock) -> Reading {
    guard let object = JSONLine(line, names), !object.repeats else { return .none }
    if let job = object.text(Place.job), let status = object.text(Place.status) {
      guard let time = object.text(Place.timestamp).flatMap({ moment($0, clock) }) else {
        return .none
      }
      return WorkerLine.entry(job, isFailed: !isFine(status), at: time)
    }
    guard let level = object.text(Place.level), level.count <= 16 else { return .none }
    let severity = severity(level)
    let written: Moment?
    if let text = object.text(Place.datetime) {
      written = moment(text, clock)
    } else {
      // Monolog 1: the zone stands apart, and is Cachet's own.
      let isUTC = object.text(Place.zone).map { ["UTC", "+00:00"].contains(word($0)) } ?? false
      written = object.text(Place.date).flatMap { moment($0, isUTC ? \.inUTC : clock) }
    }
    guard let written else { return .none }
    guard let severity else { return .entry(nil) }
    var entry = LaravelEntry(
      written, severity, (object.text(Place.message) ?? []).prefix(4096))
    if let name = object.text(Place.exceptionClass) ?? object.text(Place.exception),
      name.allSatisfy(isOfClass), !name.isEmpty, name.count <= 200
    {
      entry.exception = shown(word(name))
      entry.livewire = entry.livewire ?? livewire([], word(name))
    }
    return .entry(entry)
  }

  private static func isFine(_ status: ArraySlice<UInt8>) -> Bool {
    ["starting", "success"].contains { status.elementsEqual($0.utf8) }
  }

  private static func moment(_ text: ArraySlice<UInt8>, _ clock: Clock) -> Moment? {
    var cursor = Cursor(text)
    return Stamp(&cursor).flatMap { cursor.rest.isEmpty ? $0.moment(clock) : nil }
  }

  private static func word(_ text: ArraySlice<UInt8>) -> String {
    String(decoding: text, as: UTF8.self)
  }

  // MARK: - What is shown

  /// As Laravel 5.7 and later write it, or as 5.2 does: a class in front of everything.
  private static func exception(in message: ArraySlice<UInt8>) -> String? {
    var name = message.prefix(while: isOfClass)
    for marker in ["[object] (", "exception '"] {
      guard let place = message.place(of: marker) else { continue }
      name = message[(place + marker.utf8.count)...].prefix(while: isOfClass)
      break
    }
    // A class of a name space, and no word of a sentence.
    guard name.contains(UInt8(ascii: "\\")), name.count <= 200 else { return nil }
    return word(name)
  }

  /// Backslashes may stand there twice, as in JSON.
  static func shown(_ name: String) -> String {
    Printable.text((name.split(separator: "\\").last ?? "").utf8, limit: 60)
  }

  private static func isOfClass(_ byte: UInt8) -> Bool {
    byte.isLetter || byte.isDigit || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "_")
  }

  /// What Livewire says of an update that it cannot take: often somebody has made one up.
  private static func livewire(
    _ message: ArraySlice<UInt8>, _ exception: String?
  ) -> Occurrence.Kind? {
    if message.place(of: "No synthesizer found for key") != nil
      || message.place(of: "Property type not supported in Livewire") != nil
        && KnownHoles.makesObjects(message)
    {
      return .livewireProbe
    }
    return exception?.hasPrefix("Livewire\\") ?? false ? .livewireFailed : nil
  }

  /// Up to six words of letters alone; the first one that holds anything else ends them, and so does
  /// one behind which a secret may follow.
  private static func words(of message: ArraySlice<UInt8>) -> String? {
    var words: [String] = []
    for word in message.prefix(200).split(separator: UInt8(ascii: " ")).prefix(6) {
      guard word.count <= 16, word.allSatisfy(\.isLetter) else { break }
      let text = String(decoding: word, as: UTF8.self)
      words.append(text)
      if beforeSecrets.contains(text.lowercased()) { break }
    }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private static let beforeSecrets: Set<String> = [
    "password", "passwd", "passphrase", "token", "secret", "key", "code", "authorization", "bearer",
    "basic", "cookie", "session", "login", "user", "credentials", "for", "with", "is", "was",
  ]
}

extension LaravelEntry {
  /// Of a job of the queue that failed.
  init(job: String, failedAt time: Moment) {
    (self.time, level) = (time, "ERROR")
    exception = job
    words = "failed in the queue"
  }
}
