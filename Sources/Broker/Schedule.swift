internal import CPlatform
internal import OTP
internal import Verifier

/// When what: of a decision that a program waits for. All in `monotonic_milliseconds`.
struct Schedule {
  /// When the process began.
  let begin: Int64
  /// When the caller waits no more.
  private let end: Int64

  /// Seconds after which the process ends, whatever it is at.
  static let life: UInt32 = 5
  /// A reply that a password had a part in leaves at a multiple of this.
  private static let grain: Int64 = 200
  /// What a decision may take, and so must be left when it begins.
  private static let longest: Int64 = 2_000
  /// What sending a reply may take.
  private static let sending: Int64 = 100

  /// - Parameter deadline: what the caller says, if it does.
  init(begin: Int64, deadline: Int64?) {
    self.begin = begin
    let life = begin + Int64(Schedule.life) * 1000
    end = min(deadline ?? life, life) - Schedule.sending
  }

  /// From when on too little time is left to begin with a decision.
  var lastBegin: Int64 { end - Schedule.longest }

  var canBegin: Bool { monotonic_milliseconds() < lastBegin }

  /// Whether a reply that is made now leaves too late.
  var isOver: Bool { nextGrain > end }

  /// Whether the caller is gone by now.
  var isPast: Bool { monotonic_milliseconds() > end }

  /// Sleeps until a whole number of grains has gone by since the beginning, one at the least.
  ///
  /// Until then, and not for so long: on a busy machine sleep ends late, and how late must say nothing
  /// of when it began.
  func waitForGrain() {
    let next = nextGrain
    while pause_until(next) == EINTR {}
  }

  private var nextGrain: Int64 {
    let grains = (monotonic_milliseconds() - begin) / Schedule.grain + 1
    return begin + grains * Schedule.grain
  }
}

extension Schedule {
  /// The deadline that a frame names.
  init?(_ frame: Frame, _ bytes: Span<UInt8>, begin: Int64) {
    guard let range = frame[.deadline] else {
      // A module from before the field.
      self.init(begin: begin, deadline: nil)
      return
    }
    guard range.count == 8 else { return nil }
    let time = Int64(truncatingIfNeeded: bigEndian(bytes.extracting(range)))
    self.init(begin: begin, deadline: max(0, time))
  }
}
