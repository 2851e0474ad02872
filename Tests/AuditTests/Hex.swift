/// As PHP's `bin2hex` and `hex2bin`: what is handed to it and back, whatever bytes it is.
func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func bytes(ofHex text: String) -> [UInt8] {
  stride(from: 0, to: text.utf8.count, by: 2).compactMap { start in
    UInt8(text.dropFirst(start).prefix(2), radix: 16)
  }
}
