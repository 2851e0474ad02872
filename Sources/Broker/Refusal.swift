internal import OTP
internal import Store
internal import Verifier

/// Why self-service did not do what it was asked: one word for the journal and for the person.
struct Refusal: Error {
  let outcome: Decision.Outcome
  let reason: StaticString
  /// The part of the store that is in trouble.
  private(set) var part: StaticString?
  /// Seconds until an answer is looked at again.
  private var wait: Int32?

  init(_ outcome: Decision.Outcome, _ reason: StaticString) {
    self.outcome = outcome
    self.reason = reason
  }

  init(_ failure: StoreFailure) {
    switch failure.defect {
    case .full, .nameTaken, .sameSecret, .stepUsed, .lastFactor, .lapsed:
      self.init(.refused, failure.defect.name)
    case .missing, .symbolicLink, .notAFolder, .notARegularFile, .foreignOwner, .writableByOthers,
      .hardLinked, .tooLarge, .truncated, .unreadable, .unwritable, .noRoom, .malformed,
      .brokenWord, .checksumMismatch, .wrongUser, .otherKey, .doesNotOpen, .crypto, .exists, .busy,
      .notLockable:
      self.init(.unavailable, failure.defect.name)
      part = failure.part.name
    }
  }

  init(_ decision: Decision) {
    if case .store(let failure) = decision.reason {
      self.init(failure)
    } else {
      self.init(decision.outcome, decision.reason.name)
      wait = decision.wait
    }
  }

  /// Writes the outcome and the reason: a word, and behind it the part or the wait.
  func write(to writer: inout FrameWriter, _ room: inout MutableSpan<UInt8>) {
    writer.add(.outcome, byte: outcome.rawValue, to: &room)
    var line = TextLine()
    line.append(reason)
    if let part {
      line.append(" ")
      line.append(part)
    } else if let wait {
      line.append(" ")
      line.append(decimal: Int64(wait))
    }
    line.withBytes { (text: Span<UInt8>) in writer.add(.reason, text, to: &room) }
  }
}
