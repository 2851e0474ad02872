/// A request as an object of JSON: by Caddy, by Traefik, or by nginx with a `log_format` of JSON whose
/// members have the names of nginx's variables.
enum AccessObject {
  enum Reading {
    case request(AccessRequest)
    /// A line of the same program about something else.
    case other
    case unreadable(String)
  }

  private enum Kind {
    case address, addressAndPort, user, time, method, target, status, request, body, trait
  }

  /// Of several names for the same, those in front win.
  private static let members: [(name: String, kind: Kind)] = [
    ("request/client_ip", .address), ("request/remote_ip", .address),
    ("request/remote_addr", .addressAndPort), ("request/method", .method),
    ("request/uri", .target), ("ts", .time), ("user_id", .user), ("status", .status),
    ("logger", .trait), ("msg", .trait),
    ("ClientHost", .address), ("ClientAddr", .addressAndPort), ("ClientUsername", .user),
    ("RequestMethod", .method), ("RequestPath", .target), ("DownstreamStatus", .status),
    ("StartUTC", .time), ("StartLocal", .time),
    ("remote_addr", .address), ("client_ip", .address), ("remote_ip", .address),
    ("remote_user", .user), ("request_method", .method), ("method", .method),
    ("request_uri", .target), ("uri", .target), ("path", .target), ("request", .request),
    ("request_body", .body), ("time_iso8601", .time), ("time_local", .time), ("msec", .time),
    ("@timestamp", .time), ("timestamp", .time), ("time", .time),
    // What Docker puts around a line.
    ("log", .trait), ("stream", .trait),
  ]

  private static let names = JSONLine.Names(members.map(\.name))
  private static let places: [Kind: [Int]] = Dictionary(
    grouping: members.indices, by: { members[$0].kind })
  private static let place: [String: Int] = Dictionary(
    uniqueKeysWithValues: members.indices.map { (members[$0].name, $0) })

  static func read(_ line: ArraySlice<UInt8>) -> Reading {
    guard let object = JSONLine(line, names) else { return .unreadable("is no object of JSON") }
    // Somebody wants the second to be read.
    if object.repeats { return .unreadable("names a member twice") }
    if let text = object.text(place["log"] ?? 0), object.text(place["stream"] ?? 0) != nil {
      return inner(text)
    }
    var (method, target) = (first(.method, object), first(.target, object))
    if let request = first(.request, object) {
      // The whole line of it, or with the method apart its target.
      var cursor = Cursor(request)
      if let word = cursor.until(UInt8(ascii: " ")) {
        (method, target) = (
          method ?? word, target ?? cursor.until(UInt8(ascii: " ")) ?? cursor.rest
        )
      } else {
        target = target ?? request
      }
    }
    guard let method, let target else {
      return isOther(object) ? .other : .unreadable("has no request that is known here")
    }
    // Caddy writes what failed once more, into another log.
    if let logger = object.text(place["logger"] ?? 0),
      !logger.starts(with: "http.log.access".utf8)
    {
      return .other
    }
    guard let address = address(object) else { return .unreadable("has no address") }
    guard let time = first(.time, object).flatMap({ time($0) }) else {
      return .unreadable("has no time that is known here")
    }
    var digits = Cursor(first(.status, object) ?? [])
    guard let status = digits.number(digits: 3), digits.rest.isEmpty else {
      return .unreadable("has no status")
    }
    return .request(
      AccessRequest(
        address: address, user: first(.user, object) ?? [], time: time, method: method,
        target: target, status: status, body: first(.body, object) ?? []))
  }

  private static func inner(_ text: ArraySlice<UInt8>) -> Reading {
    var line = text
    while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
    // It is no object again: that would nest without end.
    guard line.first != UInt8(ascii: "{") else {
      return .unreadable("is JSON within JSON; give the log of the container itself")
    }
    guard let request = AccessLine.request(in: line) else {
      return .unreadable("is no line of the combined format")
    }
    return .request(request)
  }

  /// The first member of a kind that has a text or a number.
  private static func first(_ kind: Kind, _ object: JSONLine) -> ArraySlice<UInt8>? {
    for place in places[kind] ?? [] {
      switch object[place] {
      case .text(let text): if !text.isEmpty { return text[...] }
      case .word(let word): if word.first?.isDigit ?? false { return word }
      case .bytes, .other, nil: continue
      }
    }
    return nil
  }

  private static func address(_ object: JSONLine) -> ArraySlice<UInt8>? {
    for text in [first(.address, object), first(.addressAndPort, object)] {
      guard let bare = text.map(ClientAddress.withoutPort), ClientAddress.kind(of: bare) != nil
      else { continue }
      return bare
    }
    return nil
  }

  /// A line of Caddy's or Traefik's own.
  private static func isOther(_ object: JSONLine) -> Bool {
    object.text(place["msg"] ?? 0) != nil && first(.time, object) != nil
      && first(.status, object) == nil
  }

  /// Seconds since 1970, ISO 8601 with a zone, or as the combined format has it.
  private static func time(_ text: ArraySlice<UInt8>) -> Moment? {
    var cursor = Cursor(text)
    if let local = LocalTime(&cursor) {
      cursor.skipFraction()
      let offset = cursor.offset()
      return cursor.rest.isEmpty ? offset.map { local.inUTC.later(by: -$0) } : nil
    }
    if let time = AccessLine.time(text) { return time }
    let digits = text.prefix(while: \.isDigit)
    let behind = text[digits.endIndex...]
    guard (9...16).contains(digits.count), behind.isEmpty || behind.first == UInt8(ascii: ".")
    else {
      return nil
    }
    let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    // In thousands, or in millions, of a second.
    let scale = digits.count <= 11 ? 1 : digits.count <= 14 ? 1000 : 1_000_000
    return Moment(seconds: number / scale)
  }
}
