/// Lines of logs, by all readers, text and JSON: the first byte says how large the pieces are that they
/// come in. What looks like gzip is unpacked first.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  let all = input(data, size)
  let size = 1 + Int(all.first ?? 0)
  let text = all.dropFirst()
  let lines = split(Gunzip.isGzip(text) ? unpack(text, by: size)[...] : text, by: size)
  var laravel = LaravelReader { $0.inUTC }
  var resumed = laravel
  resumed.resume()
  let auth = AuthReader(
    clock: { $0.inUTC }, now: Moment(seconds: 1_790_856_000), thisYear: 2026)
  for line in lines {
    let bytes = line[...]
    for prefix in ["", "/status"] {
      let access = AccessReader(prefix: Array(prefix.utf8))
      let reading = access.read(bytes)
      expect(reading == access.read(bytes), "the same line is the same")
      judge(reading)
      judgeClient(reading)
    }
    judgeObject(bytes)
    let entry = laravel.read(bytes)
    judge(entry)
    // Within an entry a line is never too much, and tells no more than before.
    let inside = resumed.read(bytes)
    if case .unreadable = entry {
      expect(inside == .nothing, "the rest of an entry")
    } else {
      expect(inside == entry, "an entry is one wherever it stands")
    }
    judge(auth.read(bytes))
    let values = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    if let row = ActionRow(values.map { String(decoding: $0, as: UTF8.self) }, clock: { $0.inUTC })
    {
      expect(row.id > 0, "an id")
      judge(.occurrence(row.occurrence))
    }
    judgeShown(Printable.text(line))
    judgeShown(Printable.name(line))
  }
  return 0
}

/// Whatever the pieces, the lines are those of the whole, cut at the longest.
private func split(_ text: ArraySlice<UInt8>, by size: Int) -> [[UInt8]] {
  let longest = 4096
  var splitter = LineSplitter(longest: longest)
  var lines: [[UInt8]] = []
  var total = 0
  func take(_ line: LineSplitter.Line?) -> Bool {
    guard let line else { return false }
    expect(line.text.count <= longest, "no line is longer")
    lines.append(Array(line.text))
    total += line.length
    return true
  }
  var rest = text
  while !rest.isEmpty {
    splitter.append(rest.prefix(size))
    rest = rest.dropFirst(size)
    while take(splitter.next()) {}
    expect(total + splitter.pending == text.count - rest.count, "no byte is lost between lines")
  }
  _ = take(splitter.rest())
  expect(total == text.count, "every byte is part of a line")
  var whole = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  if whole.last?.isEmpty == true { whole.removeLast() }
  expect(lines.count == whole.count, "as many lines")
  for (line, part) in zip(lines, whole) where part.count <= longest {
    let bare = part.last == UInt8(ascii: "\r") ? part.dropLast() : part
    expect(line.elementsEqual(bare), "the same line")
  }
  return lines
}

/// Whatever the pieces and the room, what is unpacked is the same, and so is whether it is all.
private func unpack(_ packed: ArraySlice<UInt8>, by size: Int) -> [UInt8] {
  let limit = 1 << 18
  func unpack(by size: Int, room: Int) -> (made: [UInt8], isWhole: Bool) {
    guard let gunzip = Gunzip() else { return ([], false) }
    var made: [UInt8] = []
    var room = [UInt8](repeating: 0, count: room)
    var rest = packed
    while made.count < limit {
      let piece = rest.prefix(size)
      guard let (taken, count) = try? gunzip.unpack(piece, into: &room) else {
        return (made, false)
      }
      rest = rest.dropFirst(taken)
      made += room[..<count]
      if piece.isEmpty, count == 0 { return (made, gunzip.isWhole) }
      expect(taken + count > 0, "it goes on")
    }
    return (Array(made.prefix(limit)), false)
  }
  let (small, large) = (unpack(by: size, room: size), unpack(by: packed.count, room: limit))
  expect(small.isWhole == large.isWhole, "as whole")
  // What is broken gives nothing of the room that it was to be unpacked into.
  let (shorter, longer) = small.made.count < large.made.count ? (small, large) : (large, small)
  expect(longer.made.starts(with: shorter.made), "the same")
  expect(!small.isWhole || small.made.count == large.made.count, "as much")
  return longer.made
}

/// Whoever is told to have asked has an address of IP, or a name.
private func judgeClient(_ reading: LineReading) {
  guard case .occurrence(let one) = reading, let address = one.address else { return }
  let bytes = Array(address.utf8)[...]
  // One that is too long to be shown whole is cut.
  expect(address.hasSuffix("...") || ClientAddress.kind(of: bytes) != nil, "a client")
  expect(ClientAddress.withoutPort(bytes).elementsEqual(bytes), "without a port")
}

private let members = JSONLine.Names(["a", "b", "b/c", "MESSAGE"])

/// What is asked for of an object depends on nothing that is asked for beside it.
private func judgeObject(_ line: ArraySlice<UInt8>) {
  let some = JSONLine(line, members)
  let none = JSONLine(line, JSONLine.Names([]))
  // What nobody asks for need not be unescaped.
  expect(some == nil || none != nil, "an object is one")
  guard let some, let one = JSONLine(line, JSONLine.Names(["b/c"])) else { return }
  expect(some[2] == one[0], "the same member")
  if let text = some.text(0) { expect(text.count <= line.count, "nothing is added") }
}

private func judge(_ reading: LineReading) {
  guard case .occurrence(let one) = reading else { return }
  expect(one.time.seconds > -200_000 && one.time.seconds < 253_402_400_000, "a time")
  expect(one.detail.utf8.count <= 2000, "a few words")
  expect(!one.kind.isContext || !one.kind.isActivity, "to see is not to change")
  judgeShown(one.who)
  for text in [one.user, one.address, one.detail] { if let text { judgeShown(text) } }
  var cursor = Cursor(Array(one.time.description.utf8)[...])
  if one.time.seconds >= 0, one.time.seconds < 253_402_300_800 {
    expect(LocalTime(&cursor)?.inUTC == one.time, "a time is read as it is written")
  }
}

/// Nothing that a terminal, a line or a reader's eye could stumble over.
private func judgeShown(_ text: String) {
  for scalar in text.unicodeScalars {
    expect(scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value), "no control")
    expect(scalar.properties.generalCategory != .format, "nothing that turns the writing")
  }
}
