internal import OTP
internal import Store

/// Evaluating a code against the factors of a record.
enum CodeCheck {
  /// A step of a factor whose code this is.
  struct Hit {
    let id: FactorID
    let parameters: Parameters
    let step: Step
    /// Steps from the current one.
    let distance: Int
  }

  /// How far around the current step a refused code is looked for, to tell a clock that is off.
  static let staleSeconds = 600

  /// Every factor and every step of the window is tried, whatever came before. Without a window, all
  /// steps within ten minutes are.
  @inline(never)
  static func hits(
    _ candidates: Answer.Candidates, _ record: borrowing Record, _ keys: borrowing KeyRing,
    now: Int64, window: Int?
  ) throws(StoreFailure) -> FixedList<8, Hit> {
    var hits = FixedList<8, Hit>()
    var i = 0
    while let factor = record.credentials.factors[i] {
      i += 1
      guard let code = candidates[factor.parameters.digits] else { continue }
      let current = factor.parameters.step(at: now)
      let distance = try distance(
        code, factor, record, keys, around: current,
        window: window ?? staleSeconds / factor.parameters.period)
      if let distance {
        _ = hits.append(
          Hit(
            id: factor.id, parameters: factor.parameters, step: current.moved(by: distance),
            distance: distance))
      }
    }
    return hits
  }

  /// The work of a wrong code for one factor, for somebody who has none.
  static func pretend(window: Int, now: Int64) throws(StoreFailure) {
    guard let parameters = Parameters() else { return }
    let secret = InlineArray<20, UInt8>(repeating: 0)
    let step = parameters.step(at: now)
    do throws(OTPFailure) {
      // One search: as many steps as a wrong code has tried in its two.
      _ = try match(
        Code(value: 0, digits: 6), secret: secret.span, parameters: parameters, around: step,
        window: window + staleSeconds / parameters.period)
    } catch {
      throw StoreFailure(.credentials, .crypto(error))
    }
  }

  @inline(never)
  private static func distance(
    _ code: Code, _ factor: SealedFactor, _ record: borrowing Record, _ keys: borrowing KeyRing,
    around step: Step, window: Int
  ) throws(StoreFailure) -> Int? {
    try factor.withSecret(in: record.credentials, under: keys) {
      (secret: Span<UInt8>) throws(StoreFailure) in
      do throws(OTPFailure) {
        return try match(
          code, secret: secret, parameters: factor.parameters, around: step, window: window)
      } catch {
        throw StoreFailure(.credentials, .crypto(error))
      }
    }
  }

  /// A fingerprint of a refused answer: tells that it is repeated, and nothing else.
  static func fingerprint(
    _ text: Span<UInt8>, at door: Door, _ keys: borrowing KeyRing
  ) throws(StoreFailure) -> UInt64 {
    try withScratch { (key: inout MutableSpan<UInt8>) throws(StoreFailure) in
      try keys.current.derive(for: .fingerprint, into: &key)
      return try withScratch { (mac: inout MutableSpan<UInt8>) throws(StoreFailure) in
        do throws(OTPFailure) {
          try hmac(.sha256, key: key.span.extracting(0..<32), text, into: &mac)
        } catch {
          throw StoreFailure(.state, .crypto(error))
        }
        // 0 stands for "none", and a fingerprint is bound to its door.
        return (bigEndian(mac.span.extracting(0..<6)) ^ UInt64(door.rawValue)) | 1 << 47
      }
    }
  }
}
