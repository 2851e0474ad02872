/// Lines out of whatever pieces a file comes in. It keeps no more than the longest line.
struct LineSplitter {
  struct Line {
    let text: ArraySlice<UInt8>
    /// In bytes, with its end.
    let length: Int
    /// More followed than is kept.
    let isCut: Bool
  }

  let longest: Int
  private var room: [UInt8] = []
  private var start = 0
  /// Up to here there is no end of a line.
  private var searched = 0
  /// Bytes of the present line that were dropped.
  private var dropped = 0

  init(longest: Int = 64 << 10) { self.longest = longest }

  /// Bytes that are no whole line yet, those that were dropped too.
  var pending: Int { dropped + room.count - start }

  /// Adds the next piece. The lines of the one before have to be taken first.
  mutating func append(_ piece: some Collection<UInt8>) {
    room.removeSubrange(..<start)
    searched -= start
    start = 0
    if room.count > longest {
      dropped += room.count - longest
      room.removeSubrange(longest...)
      searched = longest
    }
    room.append(contentsOf: piece)
  }

  /// The next whole line, without its end; `nil` where the pieces so far hold none.
  mutating func next() -> Line? {
    guard let end = room[searched...].place(of: UInt8(ascii: "\n")) else {
      searched = room.count
      return nil
    }
    defer {
      start = end + 1
      searched = start
      dropped = 0
    }
    return line(upTo: end, endLength: 1)
  }

  /// What is left behind the last end of a line.
  mutating func rest() -> Line? {
    guard start < room.count else { return nil }
    defer {
      start = room.count
      searched = start
      dropped = 0
    }
    return line(upTo: room.count, endLength: 0)
  }

  private func line(upTo end: Int, endLength: Int) -> Line {
    var text = room[start..<end]
    let length = text.count + dropped + endLength
    if text.last == UInt8(ascii: "\r") { text.removeLast() }
    return Line(
      text: text.prefix(longest), length: length, isCut: dropped > 0 || text.count > longest)
  }
}
