import CPlatform
import OTP

/// A code from the new factor, before anything is stored: it proves that the authenticator has the
/// secret and that both clocks agree.
enum Confirmation {
  static let tries = 3
  /// Steps within which a wrong code is told to be early or late.
  private static let told = 10

  /// Asks until a code fits; the answer is the code and its step, which is used up by being seen.
  static func ask(
    _ secret: Span<UInt8>, _ parameters: Parameters, window: Int
  ) throws(Failure) -> (code: Code, step: Step) {
    var left = tries
    while left > 0 {
      left -= 1
      let verdict = try verdict(secret, parameters, window: window)
      if case .right(let code, let step) = verdict { return (code, step) }
      Terminal.tell(verdict.words(parameters) + (left > 0 ? "; try again\n" : "\n"))
    }
    throw .notConfirmed
  }

  private enum Verdict {
    case right(Code, Step)
    case wrong
    case off(steps: Int)
    case notACode

    func words(_ parameters: Parameters) -> String {
      switch self {
      case .right: return ""
      case .wrong: return "that code is wrong"
      case .notACode: return "a code of this factor has \(parameters.digits) digits"
      case .off(let steps):
        let length = Times.length(Int64(abs(steps) * parameters.period))
        let when = steps < 0 ? "\(length) ago" : "\(length) from now"
        return "that code is of \(when): the clock of the authenticator or of this host "
          + "(\(Times.local(Times.now))) is off"
      }
    }
  }

  private static func verdict(
    _ secret: Span<UInt8>, _ parameters: Parameters, window: Int
  ) throws(Failure) -> Verdict {
    var room = [UInt8](repeating: 0, count: 64)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    let typed = Terminal.askSecret("code from the authenticator", into: &span)
    guard let typed else { throw .inputEnded }
    let range = trimmed(span.span, 0..<typed)
    guard let code = Code(span.span.extracting(range)), code.digits == parameters.digits else {
      return .notACode
    }
    let now = parameters.step(at: Times.now)
    do throws(OTPFailure) {
      if let distance = try match(
        code, secret: secret, parameters: parameters, around: now, window: window)
      {
        return .right(code, now.moved(by: distance))
      }
      let far = try match(
        code, secret: secret, parameters: parameters, around: now, window: told)
      return far.map { .off(steps: $0) } ?? .wrong
    } catch {
      throw .crypto(error)
    }
  }
}
