internal import OTP
internal import Store

/// Recovery codes on their way into the reply.
enum CodeSheet {
  /// Room for a set of them, wiped with its owner.
  static func make(
    _ body: (inout MutableSpan<UInt8>) throws(Refusal) -> Void
  ) throws(Refusal) -> SecretBytes {
    try SecretBytes(
      count: Store.recoveryCodes * OneTimeSecret.textLength, or: .memory,
      filling: body)
  }

  static func add(_ code: Span<UInt8>, to sheet: inout MutableSpan<UInt8>, at place: inout Int) {
    var i = 0
    while i < code.count, place < sheet.count {
      sheet[place] = code[i]
      place += 1
      i += 1
    }
  }
}
