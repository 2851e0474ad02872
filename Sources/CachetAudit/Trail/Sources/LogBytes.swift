import Glibc

/// What a log holds, a piece at a time, unpacked where it is gzip.
final class LogBytes {
  static let pieceSize = 64 << 10
  static let standardInput = "-"

  /// As reports name it.
  let path: String
  private let file: Int32
  /// `nil` of standard input, which cannot be read again.
  private let facts: stat?
  // Made when reading begins: of a long chain few are read.
  private var piece: [UInt8] = []
  private var room: [UInt8] = []
  private var gunzip: Gunzip?
  /// Read, and not unpacked yet.
  private var packed: ArraySlice<UInt8> = []
  /// Unpacked, and not handed out yet.
  private var ahead: ArraySlice<UInt8> = []

  init(path: String) throws(Obstacle) {
    guard path != Self.standardInput else {
      (self.path, file, facts) = ("standard input", 0, nil)
      return
    }
    self.path = path
    (file, facts) = try RegularFile.open(path, named: path)
    try rewind()
  }

  deinit { if facts != nil { close(file) } }

  var isFile: Bool { facts != nil }
  var changed: Int { facts?.st_mtim.tv_sec ?? 0 }
  var device: UInt64? { facts.map { UInt64($0.st_dev) } }
  var inode: UInt64? { facts.map { UInt64($0.st_ino) } }

  /// The next piece, to be used before the one after it is asked for; `nil` at the end.
  func next() throws(Obstacle) -> ArraySlice<UInt8>? {
    if !ahead.isEmpty {
      defer { ahead = [] }
      return ahead
    }
    guard let gunzip else {
      let piece = try read()
      return piece.isEmpty ? nil : piece
    }
    while true {
      if packed.isEmpty {
        // Let go first: what is read into must be nobody else's.
        packed = []
        packed = try read()
      }
      if room.isEmpty { room = [UInt8](repeating: 0, count: Self.pieceSize) }
      let isOver = packed.isEmpty
      let taken: Int
      let made: Int
      do { (taken, made) = try gunzip.unpack(packed, into: &room) } catch {
        throw .damaged(path: path, what: "is broken gzip")
      }
      packed = packed.dropFirst(taken)
      if made > 0 { return room[..<made] }
      if isOver {
        guard gunzip.isWhole else { throw .damaged(path: path, what: "is gzip without its end") }
        return nil
      }
    }
  }

  /// Moves to `offset`, of what is unpacked, and gives up to `count` bytes that stand before it;
  /// `nil` where there is not that much.
  func move(to offset: Int, showing count: Int) throws(Obstacle) -> [UInt8]? {
    try rewind()
    var shown: [UInt8] = []
    if gunzip == nil {
      let start = max(0, offset - count)
      try seek(start)
      while shown.count < offset - start, let piece = try next() { shown += piece }
      guard shown.count >= offset - start else { return nil }
      try seek(offset)
      return Array(shown.prefix(offset - start))
    }
    var left = offset
    while left > 0 {
      guard let piece = try next() else { return nil }
      let part = piece.prefix(left)
      left -= part.count
      // What is too far in front is not kept.
      if left < count { shown += part }
      ahead = piece.dropFirst(part.count)
    }
    return shown.suffix(count)
  }

  /// Back to the beginning.
  func rewind() throws(Obstacle) {
    (packed, ahead, gunzip) = ([], [], nil)
    try seek(0)
    var head: [UInt8] = [0, 0]
    guard unsafe pread(file, &head, head.count, 0) == head.count, Gunzip.isGzip(head) else {
      return
    }
    gunzip = Gunzip()
    guard gunzip != nil else { throw .unreadable(path: path, errno: ENOMEM) }
  }

  private func seek(_ offset: Int) throws(Obstacle) {
    guard lseek(file, off_t(offset), SEEK_SET) >= 0 else {
      throw .unreadable(path: path, errno: errno)
    }
  }

  /// Empty at the end.
  private func read() throws(Obstacle) -> ArraySlice<UInt8> {
    if piece.isEmpty { piece = [UInt8](repeating: 0, count: Self.pieceSize) }
    while true {
      let count = unsafe Glibc.read(file, &piece, piece.count)
      if count >= 0 { return piece[..<count] }
      guard errno == EINTR else { throw .unreadable(path: path, errno: errno) }
    }
  }
}
