/// Requests that somebody makes who looks for a hole that is known.
enum KnownHoles {
  /// What `request`, whose path is `path` below Cachet, tries; `nil` for what most requests are.
  static func kind(of request: AccessRequest, _ path: RoutePath) -> Occurrence.Kind? {
    // An error of Cachet's own is an answer too: the request came as far as that.
    let isReached = request.status < 400 || request.status >= 500
    if hidesFile(path) {
      // Not changed since it was fetched last.
      return request.status < 300 || request.status == 304 ? .secretFile : .holeTried
    }
    if path.isBelow("/_debugbar") { return isReached ? .debugBar : .holeTried }
    if switchesEnvironment(request.target) { return isReached ? .environmentSwitch : .holeTried }
    if path.isBelow("/api"), hasNumberedKey(request.target) {
      return isReached ? .sqlProbe : .holeTried
    }
    if path.isAt("/dashboard/settings/mail"), request.isMethod("POST") {
      return isReached ? .mailSettings : .holeTried
    }
    if path.isLivewireUpdate, request.isMethod("POST") {
      if makesObjects(request.body) || makesObjects(query(of: request.target)) {
        return isReached ? .livewireProbe : .holeTried
      }
      if request.status >= 500 { return .livewireFailed }
    }
    return nil
  }

  /// Whether a request is worth a look; most are not. One that is written in another way always is.
  static func mayBe(_ target: ArraySlice<UInt8>) -> Bool {
    var last: UInt8 = 0
    for byte in target {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "["): return true
      case UInt8(ascii: "."), UInt8(ascii: "_"): if last == UInt8(ascii: "/") { return true }
      case UInt8(ascii: "-"): if last == byte { return true }
      default: break
      }
      last = byte
    }
    return false
  }

  /// What is said of a request of a kind beside its path: queries are never shown.
  static func words(for kind: Occurrence.Kind) -> String {
    switch kind {
    case .environmentSwitch: ", with --env in its query"
    case .sqlProbe: ", with a number for a key in its query"
    case .livewireProbe: ", with an object in its update"
    default: ""
    }
  }

  /// `.env`, whatever follows, and what git keeps, in whatever folder.
  private static func hidesFile(_ path: RoutePath) -> Bool {
    var rest = path.text[...]
    while let place = rest.place(of: "/.") {
      let name = rest[(place + 2)...]
      if name.starts(with: "git/".utf8) { return true }
      if name.starts(with: "env".utf8), !(name.dropFirst(3).first?.isLetter ?? false) {
        return true
      }
      rest = name
    }
    return false
  }

  /// `?--env=local`: PHP takes the query for arguments, apart by plus signs, and Laravel obeys them
  /// (CVE-2024-52301).
  private static func switchesEnvironment(_ target: ArraySlice<UInt8>) -> Bool {
    query(of: target).split(separator: UInt8(ascii: "+")).contains { word in
      word.starts(with: "--env".utf8)
    }
  }

  /// `?1[0]=…`: a key that is a number becomes a condition of its own in the query of the database
  /// (CVE-2021-39165).
  private static func hasNumberedKey(_ target: ArraySlice<UInt8>) -> Bool {
    query(of: target).split(separator: UInt8(ascii: "&")).contains { pair in
      let key = decoded(pair.prefix { $0 != UInt8(ascii: "=") })
      let digits = key.drop { $0 == UInt8(ascii: " ") }.prefix(while: \.isDigit)
      return !digits.isEmpty && key[digits.endIndex...].first == UInt8(ascii: "[")
    }
  }

  /// A value with the name of a class that it is to become, as only Livewire itself writes them
  /// (CVE-2025-54068): in what a browser sends they stand within a text, with their quotes escaped.
  static func makesObjects(_ body: ArraySlice<UInt8>) -> Bool {
    guard body.place(of: "\"class\"") != nil else { return false }
    var rest = body
    while let place = rest.place(of: "\"s\"") {
      let isEscaped = place > body.startIndex && body[place - 1] == UInt8(ascii: "\\")
      rest = rest[(place + 3)...]
      if !isEscaped, rest.first(where: { $0 != UInt8(ascii: " ") }) == UInt8(ascii: ":") {
        return true
      }
    }
    return false
  }

  private static func query(of target: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let mark = target.place(of: UInt8(ascii: "?")) else { return [] }
    return target[(mark + 1)...].prefix(RoutePath.longest)
  }

  private static func decoded(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(hexadecimal: rest.prefix(2)) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return bytes[...]
  }
}
