internal import OTP
internal import Store
internal import Verifier

/// What self-service decided instead of doing what it was asked.
struct Refusal: Error {
  let decision: Decision

  init(_ decision: Decision) { self.decision = decision }

  init(_ reason: Reason) { self.init(Decision(.refused, reason)) }

  init(_ failure: StoreFailure) {
    self.init(Refusal.reason(failure.defect).map { Decision(.refused, $0) } ?? Decision(failure))
  }

  /// There is no memory for a secret.
  static var memory: Refusal { Refusal(StoreFailure(.credentials, .crypto(.memory))) }

  /// Why the store, which is in no trouble, did not do it; `nil` where it is in trouble.
  private static func reason(_ defect: StoreFailure.Defect) -> Reason? {
    switch defect {
    case .full: .full
    case .nameTaken: .nameTaken
    case .sameSecret: .sameSecret
    case .stepUsed: .stepUsed
    case .lastFactor: .lastFactor
    case .lapsed: .lapsed
    case .missing, .symbolicLink, .notAFolder, .notARegularFile, .foreignOwner, .writableByOthers,
      .hardLinked, .tooLarge, .truncated, .unreadable, .unwritable, .noRoom, .malformed,
      .brokenWord, .checksumMismatch, .wrongUser, .otherKey, .doesNotOpen, .crypto, .exists, .busy,
      .notLockable:
      nil
    }
  }

  /// Writes the outcome and the reason: a word, and behind it the wait, or part and defect.
  func write(to writer: inout FrameWriter, _ room: inout MutableSpan<UInt8>) {
    writer.add(.outcome, byte: decision.outcome.rawValue, to: &room)
    var line = TextLine()
    line.append(decision.reason.name)
    if case .store(let failure) = decision.detail {
      line.append(" ")
      line.append(failure.part.name)
      line.append(" ")
      line.append(failure.defect.name)
    } else if let wait = decision.wait {
      line.append(" ")
      line.append(decimal: Int64(wait))
    }
    line.withBytes { (text: Span<UInt8>) in writer.add(.reason, text, to: &room) }
  }
}
