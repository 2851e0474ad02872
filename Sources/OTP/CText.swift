internal import CPlatform

/// The bytes of a literal as C takes them; the compiler puts a NUL behind a literal.
extension StaticString {
  @unsafe public var cString: UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

/// Lends the bytes of a C string, its NUL not included.
@unsafe
public func withBytes<R>(of text: UnsafePointer<CChar>, _ body: (Span<UInt8>) -> R) -> R {
  body(
    unsafe Span(
      _unsafeStart: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self),
      count: strlen(text)))
}

/// Lends the secret `text` as C takes it, from memory that is wiped; `nil` where there is none, or a
/// NUL in it.
@unsafe
public func withSecretCString<R>(
  _ text: Span<UInt8>, _ body: (UnsafePointer<CChar>) -> R
) -> R? {
  var i = 0
  while i < text.count {
    guard text[i] != 0 else { return nil }
    i += 1
  }
  do throws(OTPFailure) {
    // One byte more than the text: the NUL that C wants.
    let copied = try SecretBytes(count: text.count + 1, or: OTPFailure.memory) {
      (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
      copy(text, into: &room)
    }
    return copied.withBytes { (bytes: Span<UInt8>) in
      unsafe bytes.withUnsafeBytes { room in
        guard let base = room.baseAddress else { return nil }
        return unsafe body(base.assumingMemoryBound(to: CChar.self))
      }
    }
  } catch {
    return nil
  }
}
