/// What `artisan queue:work` prints for each job, as Laravel 5.2, 5.7 and later ones do:
///
///     [2026-10-01 12:00:00] Failed: App\Jobs\SendMail
///     [2026-10-01 12:00:00][17] Failed:     App\Jobs\SendMail
///       2026-10-01 12:00:00 App\Jobs\SendMail ......... 12.30ms FAIL
///
/// Sources: laravel/framework v5.2.39, v5.7.29 and v11.27.2 (`Queue/Console/WorkCommand.php`).
enum WorkerLine {
  /// Behind the time in brackets.
  static func read(
    behind text: ArraySlice<UInt8>, at time: LaravelEntry.Stamp, _ clock: LaravelEntry.Clock
  ) -> LaravelEntry.Reading? {
    var cursor = Cursor(text)
    if cursor.take("[") {
      guard let job = cursor.until(UInt8(ascii: "]")), job.count <= 64 else { return nil }
    }
    guard cursor.take(" "), [UInt8(ascii: "P"), UInt8(ascii: "F")].contains(cursor.rest.first)
    else { return nil }
    for word in ["Processing:", "Processed:", "Failed:"] where cursor.take(word) {
      return entry(
        cursor.rest.drop { $0 == UInt8(ascii: " ") }, isFailed: word == "Failed:",
        at: time.moment(clock))
    }
    return nil
  }

  /// With two blanks in front, and the words of the terminal's frame, which have more.
  static func read(
    _ line: ArraySlice<UInt8>, _ clock: LaravelEntry.Clock
  ) -> LaravelEntry.Reading {
    var cursor = Cursor(line.drop { $0 == UInt8(ascii: " ") })
    for word in ["INFO", "WARN", "ERROR"] where cursor.take("\(word)  ") { return .other }
    guard let local = LocalTime(&cursor), cursor.take(" "),
      let name = cursor.until(UInt8(ascii: " "))
    else { return .none }
    let last = cursor.rest.split(separator: UInt8(ascii: " ")).last ?? []
    guard let end = ["RUNNING", "DONE", "FAIL"].first(where: { last.elementsEqual($0.utf8) }) else {
      return .none
    }
    return entry(name, isFailed: end == "FAIL", at: clock(local))
  }

  static func entry(
    _ job: ArraySlice<UInt8>, isFailed: Bool, at time: Moment
  ) -> LaravelEntry.Reading {
    guard isFailed else { return .other }
    let name = LaravelEntry.shown(String(decoding: job.prefix(200), as: UTF8.self))
    return .entry(LaravelEntry(job: name, failedAt: time))
  }
}
