import CZlib

/// Unpacks gzip, one file of it or several behind one another, a piece at a time.
@safe final class Gunzip {
  /// What follows is no gzip.
  struct Broken: Error {}

  // zlib keeps this address.
  private let state: UnsafeMutablePointer<z_stream>
  /// All that was begun has come to its end.
  private(set) var isWhole = true

  static func isGzip(_ head: some Sequence<UInt8>) -> Bool { head.starts(with: [0x1F, 0x8B]) }

  /// `nil` where there is no memory.
  init?() {
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: z_stream())
    // 15 bits of window, as all have; 16 more: gzip alone.
    let size = Int32(unsafe MemoryLayout<z_stream>.size)
    let version = ZLIB_VERSION
    guard unsafe inflateInit2_(state, 15 + 16, version, size) == Z_OK else { return nil }
  }

  deinit {
    unsafe inflateEnd(state)
    unsafe state.deallocate()
  }

  /// Unpacks the front of `input` into `room`: how much of either was used. Both are zero where
  /// there is nothing more to be had of `input`.
  func unpack(
    _ input: ArraySlice<UInt8>, into room: inout [UInt8]
  ) throws(Broken) -> (taken: Int, made: Int) {
    if isWhole {
      guard !input.isEmpty else { return (0, 0) }
      guard unsafe inflateReset(state) == Z_OK else { throw Broken() }
      isWhole = false
    }
    let (status, taken, made) = unsafe input.withUnsafeBufferPointer { bytes in
      unsafe room.withUnsafeMutableBufferPointer { free in
        // zlib's own declaration has no const, and writes nothing there.
        unsafe state.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        unsafe state.pointee.avail_in = UInt32(bytes.count)
        unsafe state.pointee.next_out = free.baseAddress
        unsafe state.pointee.avail_out = UInt32(free.count)
        let status = unsafe inflate(state, Z_NO_FLUSH)
        return unsafe (
          status, bytes.count - Int(state.pointee.avail_in),
          free.count - Int(state.pointee.avail_out)
        )
      }
    }
    switch status {
    case Z_STREAM_END: isWhole = true
    case Z_OK: break
    // Nothing was to be had; with something to take that cannot be.
    case Z_BUF_ERROR where input.isEmpty: break
    default: throw Broken()
    }
    return (taken, made)
  }
}
