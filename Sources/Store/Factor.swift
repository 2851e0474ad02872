public import OTP

/// A factor's number, 1 to 32: its word in the state page.
public struct FactorID: Equatable, Sendable {
  public let rawValue: UInt8

  public static let all = 1...32

  public init?(_ number: Int) {
    guard FactorID.all.contains(number) else { return nil }
    rawValue = UInt8(truncatingIfNeeded: number)
  }
}

/// What a person calls a factor: 1 to 64 bytes of UTF-8, no control characters, no blank at an end.
public struct FactorName: Equatable, Sendable {
  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  public private(set) var count = 0

  public init?(_ text: Span<UInt8>) {
    guard text.count > 0, text.count <= 64, isPlainText(text),
      text[0] != UInt8(ascii: " "), text[text.count - 1] != UInt8(ascii: " ")
    else { return nil }
    while count < text.count {
      bytes[count] = text[count]
      count += 1
    }
  }

  public func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let span = bytes.span
    return try body(span.extracting(0..<count))
  }

  public static func == (a: FactorName, b: FactorName) -> Bool {
    a.withBytes { (a: Span<UInt8>) in b.withBytes { (b: Span<UInt8>) in equal(a, b) } }
  }
}

/// One factor as it lies in the record: parameters in the open, the secret sealed.
public struct SealedFactor: Sendable {
  public let id: FactorID
  public let parameters: Parameters
  public let created: Int64
  public var name: FactorName
  var sealed: InlineArray<92, UInt8>
  var sealedCount: Int

  /// Lengths of a sealed secret of 128 to 512 bits.
  static let sealedLengths =
    Parameters.secretLengths.lowerBound + Sealing.overhead...Parameters.secretLengths.upperBound
    + Sealing.overhead
}

/// A factor that was removed: who brings the same secret back inherits its last step.
public struct RemovedFactor: Sendable {
  public let id: FactorID
  /// When it was removed, in seconds since the epoch.
  public let time: Int64
  /// HMAC-SHA256(record id, secret).
  public internal(set) var mark: InlineArray<32, UInt8>
}
