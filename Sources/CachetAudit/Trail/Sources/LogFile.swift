import Glibc

/// A log read from front to back, a piece at a time, whatever its size.
final class LogFile {
  struct Line {
    let text: ArraySlice<UInt8>
    let number: Int
    let isCut: Bool
  }

  let path: String
  private let file: Int32
  private var splitter = LineSplitter()
  private var hasEnded = false
  private var piece = [UInt8](repeating: 0, count: 64 << 10)
  private var reviewed = SourceMark()
  private let isRegular: Bool

  static let standardInput = "-"

  /// `path`, from its beginning or from where `mark` says, if that is about this very file.
  /// `-` is standard input.
  init(path: String, from mark: SourceMark? = nil) throws(Obstacle) {
    self.path = path == Self.standardInput ? "standard input" : path
    guard path != Self.standardInput else {
      (file, isRegular) = (0, false)
      return
    }
    // A named pipe must not hold up the run.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    self.file = file
    isRegular = true
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0 else { throw .unreadable(path: path, errno: errno) }
    guard facts.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
    (reviewed.device, reviewed.inode) = (UInt64(facts.st_dev), UInt64(facts.st_ino))
    reviewed.offset = 0
    if let mark, mark.isAbout(facts), let offset = mark.offset {
      guard lseek(file, off_t(offset), SEEK_SET) >= 0 else {
        throw .unreadable(path: path, errno: errno)
      }
      reviewed = mark
    } else {
      try refuseCompressed()
    }
  }

  deinit { if isRegular { close(file) } }

  /// Behind the last line that was whole. One that is still being written is read, and read again.
  var mark: SourceMark? { isRegular ? reviewed : nil }

  func next() throws(Obstacle) -> Line? {
    while true {
      if let line = splitter.next() {
        reviewed.record += 1
        reviewed.offset = reviewed.offset.map { $0 + line.length }
        return Line(text: line.text, number: reviewed.record, isCut: line.isCut)
      }
      if hasEnded {
        return splitter.rest().map {
          Line(text: $0.text, number: reviewed.record + 1, isCut: $0.isCut)
        }
      }
      let count = unsafe read(file, &piece, piece.count)
      if count > 0 {
        splitter.append(piece[..<count])
      } else if count == 0 {
        hasEnded = true
      } else if errno != EINTR {
        throw .unreadable(path: path, errno: errno)
      }
    }
  }

  private func refuseCompressed() throws(Obstacle) {
    var magic: [UInt8] = [0, 0]
    guard unsafe pread(file, &magic, 2, 0) == 2, magic == [0x1F, 0x8B] else { return }
    throw .damaged(path: path, what: "is compressed, which is not read; unpack it, or pipe it in")
  }
}

extension SourceMark {
  /// The same file, and no shorter than it was.
  fileprivate func isAbout(_ facts: stat) -> Bool {
    device == UInt64(facts.st_dev) && inode == UInt64(facts.st_ino)
      && offset.map { $0 <= Int(facts.st_size) } == true
  }

  /// Whether the file at `path` is the one that was reviewed, and where it is continued.
  func isOf(_ path: String) -> Bool {
    var facts = stat()
    return unsafe stat(path, &facts) == 0 && isAbout(facts)
  }
}
