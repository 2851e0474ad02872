/// A word of the state page: 48 bits of value, 16 of checksum bound to record and place.
struct StateWord {
  static let valueBits: UInt64 = 0xffff_ffff_ffff

  /// CRC-16/CCITT over the record id: where the checksum of each word of its page starts.
  let seed: UInt16

  init(record: RecordID) {
    var crc: UInt16 = 0xffff
    var i = 0
    while i < 16 {
      crc = StateWord.crc(crc, record.bytes[i])
      i += 1
    }
    seed = crc
  }

  /// The word that holds `value` (its low 48 bits) at `place`.
  func encoded(_ value: UInt64, at place: Int) -> UInt64 {
    let value = value & StateWord.valueBits
    return UInt64(checksum(of: value, at: place)) << 48 | value
  }

  /// The value of `word`; `nil` where it fails its checksum.
  func decoded(_ word: UInt64, at place: Int) -> UInt64? {
    let value = word & StateWord.valueBits
    return encoded(value, at: place) == word ? value : nil
  }

  private func checksum(of value: UInt64, at place: Int) -> UInt16 {
    var crc = StateWord.crc(seed, UInt8(truncatingIfNeeded: place >> 8))
    crc = StateWord.crc(crc, UInt8(truncatingIfNeeded: place))
    var shift: UInt64 = 48
    while shift > 0 {
      shift &-= 8
      crc = StateWord.crc(crc, UInt8(truncatingIfNeeded: value >> shift))
    }
    return crc
  }

  /// One byte of CRC-16/CCITT, polynomial 0x1021, high bit first.
  private static func crc(_ crc: UInt16, _ byte: UInt8) -> UInt16 {
    var crc = crc ^ UInt16(byte) << 8
    var bit = 0
    while bit < 8 {
      crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1
      bit += 1
    }
    return crc
  }
}
