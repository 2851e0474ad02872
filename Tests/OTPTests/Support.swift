import OTP

/// The bytes that hexadecimal `text` stands for.
func hex(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}

func ascii(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255) } }

/// `count` bytes that `body` fills.
func filled(
  _ count: Int, by body: (inout MutableSpan<UInt8>) throws -> Void
) rethrows -> [UInt8] {
  var room = [UInt8](repeating: 0, count: count)
  var span = room.mutableSpan
  try body(&span)
  return room
}

/// What a function left in a room of `count` bytes, and whether it threw.
func attempt(
  _ count: Int, _ body: (inout MutableSpan<UInt8>) throws -> Void
) -> (room: [UInt8], failure: (any Error)?) {
  var room = [UInt8](repeating: 0xa5, count: count)
  var span = room.mutableSpan
  var failure: (any Error)?
  do { try body(&span) } catch { failure = error }
  return (room, failure)
}

// `#expect` and `#require` take no spans apart: what lends one stands in a function.

func codeTyped(_ typed: String) -> Code? { Code(Array(typed.utf8).span) }

func find(
  _ code: Code, _ secret: [UInt8], _ parameters: Parameters, around step: UInt64, window: Int
) throws -> Int? {
  try match(
    code, secret: secret.span, parameters: parameters, around: Step(rawValue: step),
    window: window)
}

func hotpCode(
  _ counter: UInt64, _ secret: [UInt8], _ algorithm: HashAlgorithm = .sha1, digits: Int = 6
) throws -> Code {
  try hotp(secret: secret.span, counter: counter, algorithm: algorithm, digits: digits)
}

func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool { constantTimeEqual(one.span, other.span) }

func hasShape(_ text: [UInt8]) -> Bool { OneTimeSecret.hasShape(text.span) }

func text(of code: Code) -> String {
  ascii(filled(code.digits) { code.write(into: &$0) })
}

/// Every copy of `bytes` with one bit turned over.
func eachBitFlipped(_ bytes: [UInt8]) -> [[UInt8]] {
  (0..<bytes.count * 8).map { bit in
    var changed = bytes
    changed[bit / 8] ^= 1 << (bit % 8)
    return changed
  }
}

extension SecretBytes {
  /// Copies `bytes`.
  init(copying bytes: Span<UInt8>) throws(OTPFailure) {
    try self.init(count: bytes.count, or: OTPFailure.memory) {
      (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
      copy(bytes, into: &room)
    }
  }
}
