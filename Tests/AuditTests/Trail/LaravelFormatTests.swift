import Foundation
import Testing

@testable import CachetAudit

@Suite("Trail: Cachet's log in other forms, and what workers print")
struct LaravelFormatTests {
  /// Cachet's clock is two hours ahead.
  private func read(_ lines: String...) -> String {
    var reader = LaravelReader { $0.inUTC.later(by: -7200) }
    return lines.map { line in
      switch reader.read(bytes(line)) {
      case .nothing: "nothing"
      case .unreadable: "unreadable"
      case .occurrence(let one): "\(one.time.clock) \(one.kind.rawValue) \(one.detail)"
      }
    }.joined(separator: "; ")
  }

  private static let noon = "10:00:00 failure"

  @Test(
    "times and environments as people configure them",
    arguments: [
      ("[2026-10-01 12:00:00] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01T12:00:00] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01 12:00:00.123456] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01T12:00:00.123456+02:00] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01T10:00:00.123456+00:00] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01T10:00:00Z] production.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01 12:00:00] eu.prod.ERROR: Trouble", "\(noon) ERROR Trouble"),
      ("[2026-10-01 12:00:00] status.example.org.CRITICAL: Trouble", "\(noon) CRITICAL Trouble"),
      ("[2026-10-01 12:00:00] .ERROR: Trouble", "unreadable"),
      ("[2026-10-01 12:00:00] production: Trouble", "unreadable"),
      ("[2026-10-01 12:00:00] production.error: Trouble", "unreadable"),
      ("[2026-10-01T12:00:00+02:00 x] production.ERROR: Trouble", "unreadable"),
    ])
  func text(line: String, told: String) {
    #expect(read(line) == told)
  }

  @Test(
    "Monolog's formatter for JSON, in its three generations",
    arguments: [
      (
        #"{"message":"Allowed memory exhausted","context":{"exception":{"class":"App\\Trouble\\Overload","message":"password=hunter2","code":0,"file":"/x.php:1","trace":["/y.php:2"]}},"level":400,"level_name":"ERROR","channel":"production","datetime":"2026-10-01T10:00:00.123456+00:00","extra":{}}"#,
        "\(noon) ERROR Overload Allowed memory exhausted"
      ),
      (
        #"{"message":"Trouble","context":[],"level":500,"level_name":"CRITICAL","channel":"production","datetime":{"date":"2026-10-01 12:00:00.000000","timezone_type":3,"timezone":"Europe/Berlin"},"extra":[]}"#,
        "\(noon) CRITICAL Trouble"
      ),
      (
        #"{"message":"Trouble","context":[],"level_name":"ERROR","channel":"production","datetime":{"date":"2026-10-01 10:00:00.000000","timezone_type":3,"timezone":"UTC"},"extra":[]}"#,
        "\(noon) ERROR Trouble"
      ),
      (
        #"{"message":"The token is abc","context":{"exception":"[object] (App\\Trouble(code: 0)"},"level_name":"WARNING","channel":"a.b","datetime":"2026-10-01T12:00:00"}"#,
        "\(noon) WARNING The token"
      ),
      (
        #"{"message":"hello","context":{},"level_name":"INFO","datetime":"2026-10-01T10:00:00+00:00"}"#,
        "nothing"
      ),
      (#"{"message":"hello","level_name":"ERROR"}"#, "unreadable"),
      (#"{"message":"hello","level_name":"ERROR","datetime":"soon"}"#, "unreadable"),
      (
        #"{"level_name":"ERROR","level_name":"INFO","datetime":"2026-10-01T10:00:00Z"}"#,
        "unreadable"
      ),
      ("{", "unreadable"),
    ])
  func json(line: String, told: String) {
    #expect(read(line) == told)
  }

  @Test(
    "a worker of the queue, of each Laravel",
    arguments: [
      (#"[2026-10-01 12:00:00] Processed: App\Jobs\Notify"#, "nothing"),
      (
        #"[2026-10-01 12:00:00] Failed: App\Jobs\Notify"#,
        "\(noon) ERROR Notify failed in the queue"
      ),
      (#"[2026-10-01 12:00:00][17] Processing: App\Jobs\Notify"#, "nothing"),
      (
        #"[2026-10-01 12:00:00][0b1c-2] Failed:     App\Jobs\Notify"#,
        "\(noon) ERROR Notify failed in the queue"
      ),
      ("   INFO  Processing jobs from the [default] queue.  ", "nothing"),
      (#"  2026-10-01 12:00:00 App\Jobs\Notify .................. RUNNING"#, "nothing"),
      (#"  2026-10-01 12:00:00 App\Jobs\Notify ............ 12.30ms DONE"#, "nothing"),
      (
        #"  2026-10-01 12:00:00 App\Jobs\Notify ............ 1s FAIL"#,
        "\(noon) ERROR Notify failed in the queue"
      ),
      (
        #"{"level":"info","id":1,"job":"App\\Jobs\\Notify","status":"success","timestamp":"2026-10-01T10:00:00.1+00:00"}"#,
        "nothing"
      ),
      (
        #"{"level":"warning","id":1,"job":"App\\Jobs\\Notify","status":"failed","message":"hunter2","timestamp":"2026-10-01T10:00:00.1+00:00"}"#,
        "\(noon) ERROR Notify failed in the queue"
      ),
      ("  2026-10-01 12:00:00 something else", "unreadable"),
      ("  indented", "unreadable"),
    ])
  func worker(line: String, told: String) {
    #expect(read(line) == told)
  }

  @Test("what Livewire refuses is told, and an object that somebody made up more loudly")
  func livewire() {
    let head = "[2026-10-01 12:00:00] production.ERROR: "
    #expect(
      read(
        head
          + #"Livewire\Exceptions\MethodNotFoundException {"exception":"[object] (Livewire\\Exceptions\\MethodNotFoundException(code: 0)"#
      ) == "10:00:00 livewire-failed ERROR MethodNotFoundException")
    #expect(
      read(head + #"No synthesizer found for key: "clctn""#)
        == "10:00:00 livewire-probe ERROR No synthesizer found for")
    #expect(
      read(
        head
          + #"Property type not supported in Livewire for property: [[{"x":1},{"s":"clctn","class":"X"}]]"#
      ).hasPrefix("10:00:00 livewire-probe"))
    #expect(
      read(
        #"{"message":"x","context":{"exception":{"class":"Livewire\\Mechanisms\\HandleComponents\\CorruptComponentPayloadException"}},"level_name":"ERROR","datetime":"2026-10-01T10:00:00Z"}"#
      ) == "10:00:00 livewire-failed ERROR CorruptComponentPayloadException x")
  }

  @Test("a mark of the byte order in front of a file is no part of its first line")
  func byteOrder() throws {
    let fixture = try Fixture(.two4)
    let path = "\(fixture.root)/storage/logs/laravel.log"
    try fixture.write(
      "storage/logs/laravel.log", "\u{FEFF}[2026-10-01 12:00:00] production.ERROR: Trouble\n")
    let source = try LogSource(path: path, reader: LaravelReader { $0.inUTC })
    #expect(try source.next()?.occurrence.detail == "ERROR Trouble")
    #expect(try source.next() == nil && source.tally.unreadable == 0)
    let access = "\u{FEFF}" + AccessLineTests.posted(1)
    try fixture.write("access.log", access)
    let log = try LogSource(path: "\(fixture.root)/access.log", reader: AccessReader())
    #expect(try log.next()?.occurrence.kind == .passwordPosted)
    #expect(try log.next() == nil)
    #expect(try log.mark()?.offset == access.utf8.count)
  }

  @Test("a review that begins within an entry reads the rest of that as part of it")
  func within() throws {
    let fixture = try Fixture(.two4)
    let path = "\(fixture.root)/storage/logs/laravel.log"
    let entry = "[2026-10-01 12:00:00] production.ERROR: Trouble\n[stacktrace]\n"
    try fixture.write("storage/logs/laravel.log", entry)
    let first = try LogSource(path: path, reader: LaravelReader { $0.inUTC })
    while try first.next() != nil {}
    let mark = try #require(try first.mark())
    try fixture.write("storage/logs/laravel.log", entry + "#0 {main}\n\"}\n" + entry)
    let second = try LogSource(path: path, reader: LaravelReader { $0.inUTC }, from: mark)
    #expect(try second.next()?.record == 5)
    #expect(try second.next() == nil && second.tally.unreadable == 0)
  }
}
