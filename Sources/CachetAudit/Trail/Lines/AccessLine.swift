/// A line of the combined format, as Apache, nginx, Traefik and others write it:
///
///     192.0.2.7 - alice [01/Oct/2026:12:00:00 +0200] "POST /auth/login HTTP/1.1" 302 354 "…" "…"
///
/// or with the name of the site in front, with or without a port, or with what those put there who
/// collect the logs of containers.
///
/// The name is whatever a client sent, blanks and brackets too. The servers escape its quotes, so that
/// the first bare quote behind a date is that of the request.
enum AccessLine {
  /// `[dd/Mon/yyyy:hh:mm:ss +zzzz] `
  private static let widthOfDate = 29

  static func request(in line: ArraySlice<UInt8>) -> AccessRequest? {
    guard let quote = requestQuote(in: line) else { return nil }
    let dated = quote - widthOfDate
    guard let time = time(line[(dated + 1)..<quote]),
      let (address, user) = names(in: line[..<dated]),
      let end = closingQuote(in: line[(quote + 1)...])
    else { return nil }
    var behind = Cursor(line[(end + 1)...])
    guard behind.take(" "), let status = behind.number(digits: 3), behind.take(" ") else {
      return nil
    }
    var request = Cursor(line[(quote + 1)..<end])
    // What is no request of HTTP has been logged as it came, with status 400.
    let method = request.until(space) ?? []
    let target = request.until(space) ?? request.rest
    return AccessRequest(
      address: address, user: user, time: time, method: method, target: target, status: status)
  }

  private static let space = UInt8(ascii: " ")

  /// Address and user, behind what stands in front of them. The identity between them is nobody's: no
  /// server asks for it.
  private static func names(
    in text: ArraySlice<UInt8>
  ) -> (address: ArraySlice<UInt8>, user: ArraySlice<UInt8>)? {
    var names = Cursor(text)
    guard var first = names.until(space) else { return nil }
    // So it is in nearly every line.
    let isNumber = ClientAddress.isNumber(first)
    while !isNumber, isOfCollector(first, &names) {
      guard let next = names.until(space) else { return nil }
      first = next
    }
    guard var identity = names.until(space) else { return nil }
    let isNobody = identity.count == 1 && identity.first == UInt8(ascii: "-")
    if !isNumber || !isNobody {
      let isSite = ClientAddress.endsInPort(first) && !ClientAddress.isNumber(first)
      if isSite, isNobody {
        first = ClientAddress.withoutPort(first)
      } else if isSite || !isNobody && ClientAddress.kind(of: identity) != nil {
        // The site's name; whose name is an address' is the client.
        guard isSite || ClientAddress.kind(of: first) != nil, let next = names.until(space) else {
          return nil
        }
        (first, identity) = (identity, next)
      }
      switch ClientAddress.kind(of: first) {
      case .number: break
      // Any word may look like a name.
      case .name where identity.elementsEqual("-".utf8): break
      case .name, nil: return nil
      }
    }
    return (first, names.rest.last == space ? names.rest.dropLast() : names.rest)
  }

  /// Takes what follows `word` if both are what a collector of containers' logs puts before each line:
  /// `cachet_1  | `, `[pod/cachet/web] `, `2026-10-01T12:00:00.123456789Z `, and that with `stdout F `.
  private static func isOfCollector(_ word: ArraySlice<UInt8>, _ names: inout Cursor) -> Bool {
    var rest = names
    rest = Cursor(rest.rest.drop { $0 == space })
    if rest.take("| ") {
      names = Cursor(rest.rest.drop { $0 == space })
      return !word.isEmpty
    }
    if word.first == UInt8(ascii: "["), word.last == UInt8(ascii: "]") { return true }
    var stamp = Cursor(word)
    guard word.count >= 20, LocalTime(&stamp) != nil else { return false }
    stamp.skipFraction()
    guard stamp.offset() != nil, stamp.rest.isEmpty else { return false }
    if names.take("stdout ") || names.take("stderr ") { _ = names.take("F ") || names.take("P ") }
    return true
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

  /// `01/Oct/2026:12:00:00 +0200`, whatever follows.
  static func time(_ text: ArraySlice<UInt8>) -> Moment? {
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
