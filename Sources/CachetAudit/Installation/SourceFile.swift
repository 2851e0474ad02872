import Glibc

/// A file of the installation, read whole.
struct SourceFile: Sendable {
  /// Relative to the installation, as reports name it.
  let path: String
  let bytes: [UInt8]
  /// Accounts beside root and whoever runs this can write it.
  var isWritableByOthers = false

  var owner: uid_t = 0
  /// Its mode lets its group or everybody write it.
  var isOpenToWrite = false

  /// What accepts findings must not be written by those whom the findings are about: not where root
  /// relies on it. Others run this over what is theirs. In a container root often works in a folder
  /// of the host's user; what is PHP's own counts there no more than elsewhere.
  func mustBeOurs(webUser: String, isInContainer: Bool = Container.isAround) throws(Obstacle) {
    guard geteuid() == 0, isWritableByOthers else { return }
    let php = Account(webUser)?.user
    guard isInContainer, !isOpenToWrite, owner != php else {
      throw .damaged(path: path, what: "counts only where nobody but root can write it")
    }
  }

  func contains(_ text: String) -> Bool { bytes[...].place(of: text) != nil }

  /// The line that `text` begins in first, counted from 1.
  func line(of text: String) -> Int? { bytes[...].place(of: text).map(line(at:)) }

  /// The line that the byte at `place` is in, counted from 1.
  func line(at place: Int) -> Int { 1 + bytes[..<place].count { $0 == UInt8(ascii: "\n") } }

  func path(at line: Int) -> String { "\(path):\(line)" }

  func place(of text: String? = nil) -> Place {
    Place(path: path, line: text.flatMap { line(of: $0) })
  }
}
