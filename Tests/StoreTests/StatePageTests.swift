import Foundation
import OTP
import Testing

@testable import Store

/// CRC-16/CCITT by the book: the remainder of a long division, bit by bit, with the start value
/// mixed into the first two bytes. Not the code under test.
private func remainder(_ message: [UInt8]) -> UInt16 {
  let divisor: [Bool] = (0...16).map { 0x11021 >> (16 - $0) & 1 == 1 }
  var bits: [Bool] = []
  for byte in message + [0, 0] { bits += (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
  for i in 0..<16 { bits[i].toggle() }
  for i in 0..<(bits.count - 16) where bits[i] {
    for k in 0...16 { bits[i + k] = bits[i + k] != divisor[k] }
  }
  return bits.suffix(16).reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
}

/// A word of the state page as docs/formats.md describes it, in the order of its bytes on disk.
private func word(_ value: UInt64, at place: Int, of record: RecordID) -> [UInt8] {
  let big = (0..<6).map { UInt8(value >> (40 - 8 * $0) & 0xff) }
  let crc = remainder(bytes(record.bytes.span) + [UInt8(place >> 8), UInt8(place & 0xff)] + big)
  let whole = UInt64(crc) << 48 | value
  return (0..<8).map { UInt8(whole >> (8 * $0) & 0xff) }
}

private func page(_ values: [Int: UInt64] = [:], of record: RecordID) -> [UInt8] {
  var all = values
  all[0] = 0x434d_4641_5331  // CMFAS1
  return (0..<64).flatMap { word(all[$0] ?? 0, at: $0, of: record) }
    + [UInt8](repeating: 0, count: 4096 - 512)
}

@Suite struct StatePageTests {
  private func openPage(_ record: RecordID, in folder: borrowing TrustedFolder) -> String {
    refusal { _ = try StatePage(of: record, in: folder) }
  }

  @Test func `the checksum is the one that the world calls CRC-16 CCITT-FALSE`() {
    #expect(remainder(Array("123456789".utf8)) == 0x29b1)
  }

  @Test func `a fresh page is laid out as docs slash formats says`() async throws {
    try await withPage { file, _ in
      let found = try contents(file)
      #expect(found == page(of: recordID(1)))
      #expect(Array(found.prefix(6).reversed()) == Array("CMFAS1".utf8))
    }
  }

  @Test func `every fact stands in its place`() async throws {
    let record = recordID(0xa0)
    try await withPage(record) { file, state in
      let id = try #require(FactorID(32))
      let parameters = try #require(Parameters(period: 60))
      _ = try state.accept(Step(rawValue: 30_000_000), of: id, parameters)
      let set = OneTimeSet(
        kind: .recovery, place: 7, generation: 0xabcd, created: 0, expires: 0, hashes: .init())
      try state.prepare(place: 7, generation: 0xabcd)
      _ = try state.use(0, of: set)
      _ = try state.use(31, of: set)
      try state.note(.factor(id), at: .web, now: 1_800_000_001)
      try state.note(.invitation, at: .ssh, now: 1_800_000_002)
      try state.remember(refusal: 9, fingerprint: 0xffff_ffff_ffff, at: .`self`, now: 1_800_000_003)
      let limits = AttemptLimits(after: 5, firstWait: 30, longestWait: 900, lockAfter: 100)
      _ = try state.reserve(at: .local, now: 1_800_000_004, limits)
      _ = try state.reserve(at: .local, now: 1_800_000_004, limits)
      try state.settle(.refused, at: .local, now: 1_800_000_005, found: 0)
      try state.sync()
      #expect(
        try contents(file)
          == page(
            [
              1: 1_800_000_000, 2: 1_800_000_002 << 8 | 255,
              3: Notice.invitationUsed.bit,
              5: 1_800_000_005 << 16 | 1 << 8 | 1,
              11: 0xffff_ffff_ffff, 15: 1_800_000_003 << 8 | 9,
              16: 1_800_000_002, 18: 1_800_000_001, 20: 1_800_000_002,
              31: 0xabcd << 32 | 1 << 31 | 1, 63: 1_800_000_060,
            ], of: record))
    }
  }

  @Test func `a page with any one bit flipped names the word and is damage`() async throws {
    try await withPage { file, _ in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      let sound = try contents(file)
      let handle = try FileHandle(forWritingTo: URL(filePath: file))
      var missed: [Int] = []
      for bit in 0..<(8 * 4096) {
        try handle.seek(toOffset: UInt64(bit / 8))
        try handle.write(contentsOf: [sound[bit / 8] ^ 1 << (bit % 8)])
        if openPage(recordID(1), in: folder) != "state broken-word \(bit / 64)" {
          missed.append(bit)
        }
        try handle.seek(toOffset: UInt64(bit / 8))
        try handle.write(contentsOf: [sound[bit / 8]])
      }
      try handle.close()
      #expect(missed == [])
      #expect(openPage(recordID(1), in: folder) == "none")
    }
  }

  @Test func `a bit flipped under an open page is damage where it is read, and nowhere else`()
    async throws
  {
    try await withPage { file, state in
      for place in 1..<64 {
        var broken = page(of: recordID(1))
        broken[8 * place + 2] ^= 4
        try FileHandle(forWritingTo: URL(filePath: file)).write(contentsOf: Data(broken))
        for other in 1..<64 {
          let expected = other == place ? "state broken-word \(place)" : "none"
          #expect(refusal { _ = try state.value(at: other) } == expected)
          #expect(refusal { try state.update(other) { _ in nil } } == expected)
        }
      }
    }
  }

  @Test func `a word that is moved to another place is damage`() async throws {
    try await withPage { file, _ in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      let values = Dictionary(uniqueKeysWithValues: (1..<64).map { ($0, UInt64($0) << 24) })
      let sound = page(values, of: recordID(1))
      try overwrite(file, sound)
      #expect(openPage(recordID(1), in: folder) == "none")
      for place in 1..<64 {
        for other in 1..<64 where other != place {
          var moved = sound
          moved.replaceSubrange(8 * other..<8 * other + 8, with: sound[8 * place..<8 * place + 8])
          try overwrite(file, moved)
          #expect(openPage(recordID(1), in: folder) == "state broken-word \(other)")
        }
      }
    }
  }

  @Test func `a page or a word of another record is damage`() async throws {
    try await withPage { file, _ in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      #expect(openPage(recordID(2), in: folder) == "state broken-word 0")
      let (own, other) = (page(of: recordID(1)), page(of: recordID(2)))
      for place in 0..<64 {
        var mixed = own
        mixed.replaceSubrange(8 * place..<8 * place + 8, with: other[8 * place..<8 * place + 8])
        try overwrite(file, mixed)
        #expect(openPage(recordID(1), in: folder) == "state broken-word \(place)")
      }
    }
  }

  @Test(arguments: [0, 1, 8, 511, 512, 4088, 4095, 4097, 8192])
  func `a page of another length is damage`(length: Int) async throws {
    try await withPage { file, _ in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      let whole = page(of: recordID(1)) + [UInt8](repeating: 0, count: 4096)
      try overwrite(file, Array(whole.prefix(length)))
      #expect(
        openPage(recordID(1), in: folder) == (length < 4096 ? "state truncated" : "state too-large")
      )
    }
  }

  @Test func `zeros and garbage are damage, and a missing page is missing`() async throws {
    try await withPage { file, _ in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      try overwrite(file, [UInt8](repeating: 0, count: 4096))
      #expect(openPage(recordID(1), in: folder) == "state broken-word 0")
      for _ in 0..<50 {
        try overwrite(file, (0..<4096).map { _ in .random(in: 0...255) })
        #expect(openPage(recordID(1), in: folder).hasPrefix("state broken-word "))
      }
      try FileManager.default.removeItem(atPath: file)
      #expect(openPage(recordID(1), in: folder) == "state missing")
    }
  }

  @Test func `a page that is there is never made anew`() async throws {
    try await withPage { file, state in
      let folder = try trusted(URL(filePath: file).deletingLastPathComponent().path)
      try state.prepare(place: 0, generation: 7)
      #expect(refusal { try StatePage.create(for: recordID(1), in: folder) } == "state exists")
      let generation = try state.generation(at: 0)
      #expect(generation == 7)
      #expect(try names(in: URL(filePath: file).deletingLastPathComponent().path) == ["state"])
    }
  }

  @Test(arguments: [-1, 0, 64, 511, 512, Int.max, Int.min])
  func `no place but 1 to 63 is read or written`(place: Int) async throws {
    try await withPage { _, state in
      #expect(refusal { _ = try state.value(at: place) }.hasPrefix("state broken-word "))
      #expect(refusal { try state.update(place) { $0 } }.hasPrefix("state broken-word "))
    }
  }

  @Test func `a value keeps its low 48 bits and a word nothing else`() {
    let encoder = StateWord(record: recordID(3))
    for value in [0, 1, 0xffff_ffff_ffff, 0x8000_0000_0000] as [UInt64] {
      let encoded = encoder.encoded(value, at: 40)
      #expect(encoder.decoded(encoded, at: 40) == value)
      #expect(encoder.decoded(encoded, at: 41) == nil)
      #expect(encoder.encoded(value | 0xffff << 48, at: 40) == encoded)
    }
  }
}
