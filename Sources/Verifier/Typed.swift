internal import OTP

/// What people type at our own prompt. Phones show `440 561`, and a recovery code is read aloud or copied
/// without its dashes, or with a blank behind it.
enum Typed {
  /// Bytes of the longest text that is looked at: a recovery code with its dashes, and some blanks.
  private static var longest: Int { 24 }
  /// Characters of a one-time secret without its dashes.
  private static var bare: Int { 16 }
  /// Where in the scratch the secret is written with them.
  private static var place: Int { 32 }

  /// Lends the code or one-time secret that `text` is but for its blanks and dashes; where it is none, `text`
  /// as it is.
  static func withNormalForm<R>(of text: Span<UInt8>, _ body: (Span<UInt8>) -> R) -> R {
    guard text.count <= longest else { return body(text) }
    return withScratch { (room: inout MutableSpan<UInt8>) in
      var count = 0
      var i = 0
      while i < text.count {
        if !isIgnored(text[i]) {
          room[count] = text[i]
          count += 1
        }
        i += 1
      }
      if Parameters.digitCounts.contains(count) { return body(room.span.extracting(0..<count)) }
      guard count == bare else { return body(text) }
      var end = place
      i = 0
      while i < bare {
        if i > 0, i % 4 == 0 {
          room[end] = UInt8(ascii: "-")
          end += 1
        }
        room[end] = room[i]
        end += 1
        i += 1
      }
      return body(room.span.extracting(place..<end))
    }
  }

  private static func isIgnored(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "-")
  }
}
