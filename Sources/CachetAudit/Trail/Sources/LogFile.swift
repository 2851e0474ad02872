/// A log read from front to back, line by line, whatever its size.
final class LogFile {
  struct Line {
    let text: ArraySlice<UInt8>
    let number: Int
    let isCut: Bool
  }

  /// No log has a longer one. What has holes, or is no text at all, must not be read for hours.
  static let longestLine = 16 << 20

  let path: String
  private let bytes: LogBytes
  private var splitter = LineSplitter()
  private var hasEnded = false
  private var reviewed: SourceMark

  /// `path` from its beginning; `-` is standard input.
  init(path: String) throws(Obstacle) {
    bytes = try LogBytes(path: path)
    self.path = bytes.path
    reviewed = SourceMark(
      device: bytes.device, inode: bytes.inode, offset: bytes.isFile ? 0 : nil)
  }

  /// Whether this is what `mark` is about, and goes on where it ends: moves there if so. Its name, and
  /// which file it is, do not matter: logs are renamed, copied and packed.
  func resume(at mark: SourceMark) throws(Obstacle) -> Bool {
    guard bytes.isFile, let offset = mark.offset else { return false }
    // Nothing had been written: only the file itself can tell.
    if offset == 0 { return isFile(of: mark) }
    guard let digest = mark.digest else { return false }
    let before: [UInt8]?
    do throws(Obstacle) {
      before = try bytes.move(to: offset, showing: SourceMark.width)
    } catch {
      try bytes.rewind()
      throw error
    }
    guard let before, SourceMark.digest(of: before) == digest else {
      try bytes.rewind()
      return false
    }
    (reviewed.record, reviewed.offset) = (mark.record, offset)
    return true
  }

  /// When it was last written to, in seconds.
  var changed: Int { bytes.changed }

  func isFile(of mark: SourceMark) -> Bool {
    mark.inode != nil && (mark.device, mark.inode) == (reviewed.device, reviewed.inode)
  }

  func isSame(as other: LogFile) -> Bool { isFile(of: other.reviewed) }

  /// No whole line was read yet, now or earlier.
  var isEmpty: Bool { reviewed.offset == 0 }

  /// Behind the last line that was whole. One that is still being written is read, and read again.
  /// Nothing can be read behind it.
  func mark() throws(Obstacle) -> SourceMark? {
    guard let offset = reviewed.offset else { return nil }
    guard let before = try bytes.move(to: offset, showing: SourceMark.width) else {
      throw .damaged(path: path, what: "was cut while it was read")
    }
    var mark = reviewed
    mark.digest = SourceMark.digest(of: before)
    return mark
  }

  func next() throws(Obstacle) -> Line? {
    while true {
      if let line = splitter.next() {
        reviewed.record += 1
        reviewed.offset = reviewed.offset.map { $0 + line.length }
        return self.line(line, number: reviewed.record)
      }
      if hasEnded {
        return splitter.rest().map { self.line($0, number: reviewed.record + 1) }
      }
      if let piece = try bytes.next() {
        splitter.append(piece)
      } else {
        hasEnded = true
      }
      guard splitter.pending <= Self.longestLine else {
        throw .damaged(
          path: "\(path):\(reviewed.record + 1)",
          what: "is longer than \(Self.longestLine >> 20) MiB, which no line of a log is")
      }
    }
  }

  /// The mark of a byte order, which some programs begin a file with, is no part of the first line.
  private func line(_ line: LineSplitter.Line, number: Int) -> Line {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let hasMark = number == 1 && line.text.starts(with: mark)
    return Line(
      text: hasMark ? line.text.dropFirst(mark.count) : line.text, number: number,
      isCut: line.isCut)
  }
}
