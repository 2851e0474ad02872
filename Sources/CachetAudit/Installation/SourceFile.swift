/// A file of the installation, read whole.
struct SourceFile: Sendable {
  /// Relative to the installation, as reports name it.
  let path: String
  let bytes: [UInt8]
  /// Accounts beside root and whoever runs this can write it.
  var isWritableByOthers = false

  func contains(_ text: StaticString) -> Bool { bytes[...].position(of: text) != nil }

  /// The line that `text` begins in first, counted from 1.
  func line(of text: StaticString) -> Int? {
    bytes[...].position(of: text).map { place in
      1 + bytes[..<place].count { $0 == UInt8(ascii: "\n") }
    }
  }

  func path(at line: Int) -> String { "\(path):\(line)" }

  func place(of text: StaticString? = nil) -> Place {
    Place(path: path, line: text.flatMap { line(of: $0) })
  }
}

/// Where something is: a file of the installation, or one outside it by its whole path.
struct Place: Sendable, Hashable {
  let path: String
  var line: Int?
}
