import Glibc

/// Searching in what was read, at the speed of the system's library, in builds for debugging too.
extension ArraySlice<UInt8> {
  /// Where `byte` is first, if anywhere.
  func place(of byte: UInt8) -> Int? {
    unsafe withUnsafeBytes { bytes -> Int? in
      guard let start = bytes.baseAddress,
        let found = unsafe memchr(start, Int32(byte), bytes.count)
      else { return nil }
      let distance = unsafe UnsafeRawPointer(found) - start
      return startIndex + distance
    }
  }

  /// Where `text` begins first, if anywhere.
  func place(of text: String) -> Int? { place(of: text.utf8) }

  /// Where `bytes` begin first, if anywhere.
  func place(of bytes: some Collection<UInt8>) -> Int? {
    guard let head = bytes.first else { return nil }
    var rest = self
    while let place = rest.place(of: head) {
      if self[place...].starts(with: bytes) { return place }
      rest = rest[(place + 1)...]
    }
    return nil
  }
}

/// Of ASCII alone.
extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
