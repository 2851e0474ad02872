internal import OTP

/// What somebody typed, by its shape alone.
enum Answer {
  /// No attempt at all: neither evaluated nor counted. All of its bytes are password.
  case nothing(Reason, length: Int)
  /// `XXXX-XXXX-XXXX-XXXX` at the end; the password is what stands before.
  case oneTimeSecret(password: Int)
  /// Codes of 6 to 8 digits that the text may end in.
  case code(Candidates)

  /// The codes that one answer may hold, by their digits.
  struct Candidates {
    /// Length of the whole answer.
    let length: Int
    private var found = InlineArray<3, Code?>(repeating: nil)

    fileprivate init(_ text: Span<UInt8>, split: Bool) {
      length = text.count
      var digits = Parameters.digitCounts.lowerBound
      while digits <= Parameters.digitCounts.upperBound {
        if text.count == digits || split && text.count > digits {
          found[digits - Parameters.digitCounts.lowerBound] = Code(
            text.extracting((text.count - digits)..<text.count))
        }
        digits += 1
      }
    }

    /// The code of that many digits, if the answer ends in one.
    subscript(digits: Int) -> Code? {
      Parameters.digitCounts.contains(digits)
        ? found[digits - Parameters.digitCounts.lowerBound] : nil
    }

    var isEmpty: Bool { found[0] == nil && found[1] == nil && found[2] == nil }

    /// How much of the answer is password when the code has `digits`; all of it where there is none.
    func password(before digits: Int) -> Int { self[digits] == nil ? length : length - digits }
  }

  /// Judges `text`. `earlier` is the password of an earlier module, `split` whether the answer is
  /// password and code in one.
  init(_ text: Span<UInt8>, earlier: Span<UInt8>?, split: Bool) {
    let secret = OneTimeSecret.textLength
    if text.count == 0 {
      self = .nothing(.noAnswer, length: text.count)
    } else if text[0] == 0x08 {
      // What sshd hands on for a user whom it will refuse anyway: "\b\n\r\177INCORRECT".
      self = .nothing(.placeholder, length: text.count)
    } else if let earlier, constantTimeEqual(earlier, text) {
      // A client that knows one prompt only answers each with the password.
      self = .nothing(.samePassword, length: text.count)
    } else if text.count == secret || split && text.count > secret,
      OneTimeSecret.hasShape(text.extracting((text.count - secret)..<text.count))
    {
      self = .oneTimeSecret(password: text.count - secret)
    } else {
      let candidates = Candidates(text, split: split)
      self = candidates.isEmpty ? .nothing(.notACode, length: text.count) : .code(candidates)
    }
  }
}
