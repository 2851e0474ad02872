import OTP
import Testing

// That freed memory is zero, and that a failing filling frees, is observed by the program in
// `Embedded/`, which gives libcrypto an allocator that looks.
@Suite("Secrets in memory")
struct SecretBytesTests {
  @Test("cleanse zeroes every byte", arguments: [0, 1, 7, 64, 4096])
  func cleansed(_ count: Int) {
    var room = randomBytes(count)
    var span = room.mutableSpan
    cleanse(&span)
    #expect(room.allSatisfy { $0 == 0 })
  }

  @Test("A secret lends what it was made of")
  func lends() throws {
    let bytes = randomBytes(20)
    let secret = try SecretBytes(copying: bytes.span)
    #expect(secret.count == 20)
    #expect(contents(secret) == bytes)
  }

  @Test("A secret begins as zeros and throws what its filling throws")
  func filling() throws {
    let secret = try SecretBytes(count: 8, or: OTPFailure.memory) {
      (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
      room[0] = 1
    }
    #expect(contents(secret) == [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: OTPFailure.malformed) {
      _ = try SecretBytes(count: 8, or: OTPFailure.memory) {
        (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
        room[0] = 1
        throw .malformed
      }
    }
  }

  @Test("No secret is empty or larger than any of ours")
  func impossibleLengths() {
    for count in [0, -1, SecretBytes.largest + 1, Int.min, Int.max] {
      #expect(throws: OTPFailure.memory) {
        _ = try SecretBytes(count: count, or: OTPFailure.memory) {
          (_: inout MutableSpan<UInt8>) throws(OTPFailure) in
        }
      }
    }
    #expect(throws: OTPFailure.memory) { _ = try SecretBytes(copying: [UInt8]().span) }
  }

  @Test("Scratch begins as 64 zeros and hands on what its body returns or throws")
  func scratch() throws {
    let zeros = withScratch { (room: inout MutableSpan<UInt8>) in [UInt8](room.span) }
    #expect(zeros == [UInt8](repeating: 0, count: 64))
    #expect(throws: OTPFailure.crypto) {
      try withScratch { (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
        room[0] = 1
        throw .crypto
      }
    }
  }

  @Test("copy takes as much as fits")
  func copies() {
    #expect(filled(3) { copy([1, 2, 3, 4].span, into: &$0) } == [1, 2, 3])
    #expect(filled(3) { copy([1, 2].span, into: &$0) } == [1, 2, 0])
    #expect(filled(0) { copy([1, 2].span, into: &$0) } == [])
  }
}

private func contents(_ secret: borrowing SecretBytes) -> [UInt8] {
  secret.withBytes { (bytes: Span<UInt8>) in [UInt8](bytes) }
}

extension Array where Element == UInt8 {
  init(_ span: Span<UInt8>) { self = span.indices.map { span[$0] } }
}
