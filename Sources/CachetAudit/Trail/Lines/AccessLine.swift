/// A line of the combined format, as Apache and nginx write it:
///
///     192.0.2.7 - alice [01/Oct/2026:12:00:00 +0200] "POST /auth/login HTTP/1.1" 302 354 "…" "…"
///
/// or with the name of the site and its port in front, Apache's `vhost_combined`.
///
/// The name is whatever a client sent, blanks and brackets too. Both servers escape its quotes, so
/// that the first bare quote behind a date is that of the request.
struct AccessLine {
  let address: ArraySlice<UInt8>
  let user: ArraySlice<UInt8>
  let time: Moment
  let method: ArraySlice<UInt8>
  let target: ArraySlice<UInt8>
  let status: Int

  /// `[dd/Mon/yyyy:hh:mm:ss +zzzz] `
  private static let widthOfDate = 29

  init?(_ line: ArraySlice<UInt8>) {
    guard let quote = Self.requestQuote(in: line) else { return nil }
    let dated = quote - Self.widthOfDate
    guard let time = Self.time(line[(dated + 1)..<quote]) else { return nil }
    self.time = time

    var names = Cursor(line[..<dated])
    let space = UInt8(ascii: " ")
    guard var address = names.until(space), !address.isEmpty, let second = names.until(space)
    else { return nil }
    // Nobody asks a client's host for an identity: where one seems to stand, it is the address.
    if !second.elementsEqual("-".utf8), Self.endsInPort(address) {
      address = second
      guard !address.isEmpty, names.until(space) != nil else { return nil }
    }
    self.address = address
    user = names.rest.last == space ? names.rest.dropLast() : names.rest

    guard let end = Self.closingQuote(in: line[(quote + 1)...]) else { return nil }
    var behind = Cursor(line[(end + 1)...])
    guard behind.take(" "), let status = behind.number(digits: 3), behind.take(" ") else {
      return nil
    }
    self.status = status
    var request = Cursor(line[(quote + 1)..<end])
    // What is no request of HTTP has been logged as it came, with status 400.
    method = request.until(space) ?? []
    target = request.until(space) ?? request.rest
  }

  /// Whatever its letters' case: Apache hands `post` on, and to Laravel it is `POST`.
  func isMethod(_ name: String) -> Bool {
    method.elementsEqual(name.utf8) { $0 == $1 || $0 == $1 | 0x20 }
  }

  private static func endsInPort(_ site: ArraySlice<UInt8>) -> Bool {
    guard let colon = site.lastIndex(of: UInt8(ascii: ":")) else { return false }
    let port = site[(colon + 1)...]
    return (1...5).contains(port.count) && port.allSatisfy { $0.isDigit }
  }

  private static func requestQuote(in line: ArraySlice<UInt8>) -> Int? {
    var rest = line
    while let quote = rest.place(of: UInt8(ascii: "\"")) {
      let dated = quote - widthOfDate
      if dated >= line.startIndex, line[dated] == UInt8(ascii: "["),
        line[quote - 2] == UInt8(ascii: "]"), line[quote - 1] == UInt8(ascii: " ")
      {
        return quote
      }
      rest = rest[(quote + 1)...]
    }
    return nil
  }

  private static func closingQuote(in line: ArraySlice<UInt8>) -> Int? {
    var rest = line
    while let quote = rest.place(of: UInt8(ascii: "\"")) {
      // An even number of backslashes in front of it are pairs.
      let slashes = line[..<quote].reversed().prefix { $0 == UInt8(ascii: "\\") }.count
      if slashes % 2 == 0 { return quote }
      rest = rest[(quote + 1)...]
    }
    return nil
  }

  private static let months: [[UInt8]] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ].map { Array($0.utf8) }

  /// The number of a month by its English name of three letters, from 1 on.
  static func month(_ name: ArraySlice<UInt8>) -> Int? {
    months.firstIndex { $0.elementsEqual(name) }.map { $0 + 1 }
  }

  private static func time(_ text: ArraySlice<UInt8>) -> Moment? {
    var cursor = Cursor(text)
    guard let day = cursor.number(digits: 2), cursor.take("/"),
      let name = cursor.until(UInt8(ascii: "/")), let month = month(name),
      let year = cursor.number(digits: 4), cursor.take(":"),
      let clock = LocalTime.clock(&cursor), cursor.take(" "), let offset = cursor.offset(),
      let local = LocalTime(
        year: year, month: month, day: day, hour: clock.hour, minute: clock.minute,
        second: clock.second)
    else { return nil }
    return local.inUTC.later(by: -offset)
  }
}
