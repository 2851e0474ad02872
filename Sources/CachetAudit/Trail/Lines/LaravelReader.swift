/// Laravel's own logs: its entries, as text or as objects of JSON, and what the workers of its queue
/// print, which is often kept beside them:
///
///     [2026-10-01 12:00:00] production.ERROR: Allowed memory exhausted {"exception":"[object] (App\\Trouble(code: 0): …"}
///     [stacktrace]
///     #0 …
///     {"message":"…","context":{…},"level_name":"ERROR","channel":"production","datetime":"…"}
///       2026-10-01 12:00:00 App\Jobs\SendMail ......... 12.30ms FAIL
///
/// A message may hold anything, a mail or a query with its values too. What is shown of one is its
/// level, the class of the exception, and of its first words those that cannot be a value.
struct LaravelReader: LineReader {
  let clock: @Sendable (LocalTime) -> Moment
  private var isInside = false

  init(clock: @escaping @Sendable (LocalTime) -> Moment) { self.clock = clock }

  /// What follows what was reviewed may be the rest of an entry.
  mutating func resume() { isInside = true }

  mutating func read(_ line: ArraySlice<UInt8>) -> LineReading {
    let reading: LaravelEntry.Reading =
      switch line.first {
      case UInt8(ascii: "{"): LaravelEntry.object(line, clock)
      case UInt8(ascii: "["): LaravelEntry.text(line, clock)
      case UInt8(ascii: " "): WorkerLine.read(line, clock)
      default: .none
      }
    switch reading {
    case .entry(let entry):
      isInside = true
      return entry.map { .occurrence($0.occurrence) } ?? .nothing
    case .other:
      return .nothing
    case .none:
      // What follows an entry is part of it: the stack, or the rest of a message.
      return isInside || line.isEmpty ? .nothing : .unreadable("is no entry of Laravel's log")
    }
  }
}
