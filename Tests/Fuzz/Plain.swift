import Glibc

/// Ends the run where something does not hold; libFuzzer keeps the input and says where.
func expect(_ holds: Bool, _ what: StaticString) {
  guard !holds else { return }
  _ = write(2, "does not hold: ", 15)
  _ = write(2, what.utf8Start, what.utf8CodeUnitCount)
  _ = write(2, "\n", 1)
  abort()
}

/// The input of one run.
func input(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
  Array(UnsafeBufferPointer(start: data, count: size))
}
