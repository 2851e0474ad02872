import CPlatform
import Store

/// Ends the run where something does not hold; libFuzzer keeps the input and says where.
func expect(_ holds: Bool, _ what: StaticString) {
  guard !holds else { return }
  _ = write(2, "does not hold: ", 15)
  _ = write(2, what.utf8Start, what.utf8CodeUnitCount)
  _ = write(2, "\n", 1)
  abort()
}

/// Lends the input of one run.
func withInput(
  _ data: UnsafePointer<UInt8>?, _ size: Int, _ body: (Span<UInt8>) -> Void
) -> Int32 {
  if let data { body(Span(_unsafeStart: data, count: size)) }
  return 0
}

/// Reads an input from its front; behind its end everything is zero.
struct Reader {
  private(set) var position = 0

  mutating func byte(_ input: Span<UInt8>) -> UInt8 {
    guard position < input.count else { return 0 }
    defer { position += 1 }
    return input[position]
  }

  /// `count` bytes, the lowest first.
  mutating func number(_ input: Span<UInt8>, bytes count: Int) -> UInt64 {
    var value: UInt64 = 0
    var i = 0
    while i < count {
      value |= UInt64(byte(input)) << UInt64(8 * i)
      i += 1
    }
    return value
  }

}

func array(_ span: Span<UInt8>) -> [UInt8] {
  var all: [UInt8] = []
  all.reserveCapacity(span.count)
  var i = 0
  while i < span.count {
    all.append(span[i])
    i += 1
  }
  return all
}

func same(_ a: [UInt8], _ b: Span<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var i = 0
  while i < a.count {
    if a[i] != b[i] { return false }
    i += 1
  }
  return true
}

/// The working directory, which belongs to this run.
var here: Path {
  let room = UnsafeMutablePointer<CChar>.allocate(capacity: 1024)
  defer { room.deallocate() }
  expect(getcwd(room, 1024) != nil, "a working directory")
  let text = UnsafeRawPointer(room).assumingMemoryBound(to: UInt8.self)
  return Path(Span(_unsafeStart: text, count: strlen(room))) ?? Path("/")
}
