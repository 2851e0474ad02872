import CTerminal
import OTP

/// Text on its way out that may hold secrets: it grows, and every byte of it is wiped.
@safe final class Sheet {
  private var room: UnsafeMutableBufferPointer<UInt8>
  private(set) var count = 0
  private(set) var failed = false

  init() {
    unsafe room = .allocate(capacity: 4096)
    unsafe room.initialize(repeating: 0)
  }

  deinit {
    wipe()
    unsafe room.deallocate()
  }

  func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      append(unsafe Span(_unsafeElements: bytes))
    }
  }

  func append(_ bytes: Span<UInt8>) {
    var i = 0
    while i < bytes.count {
      append(bytes[i])
      i += 1
    }
  }

  func append(_ byte: UInt8) {
    if unsafe count == room.count { grow() }
    unsafe room[count] = byte
    count += 1
  }

  /// Lends what stands on the sheet.
  func withBytes<R, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
    let all = unsafe Span(_unsafeElements: UnsafeBufferPointer(room))
    return try body(all.extracting(0..<count))
  }

  /// Writes the sheet to `descriptor` and empties it; `failed` where that could not be.
  func write(to descriptor: Int32) {
    var written = 0
    while written < count, let base = unsafe room.baseAddress {
      let put = unsafe CTerminal.write(descriptor, base + written, count - written)
      guard put > 0 else {
        if put < 0, last_error() == EINTR { continue }
        failed = true
        break
      }
      written += put
    }
    wipe()
  }

  private func wipe() {
    var all = unsafe MutableSpan(_unsafeElements: room)
    cleanse(&all)
    count = 0
  }

  private func grow() {
    let larger = unsafe UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * room.count)
    unsafe larger.initialize(repeating: 0)
    var i = 0
    while i < count {
      unsafe larger[i] = room[i]
      i += 1
    }
    let kept = count
    wipe()
    unsafe room.deallocate()
    unsafe room = larger
    count = kept
  }
}
