/// One request of thousands, byte by byte: what a stranger may send who looks for a way around the guard.
struct OracleRequest {
  var method = "GET"
  var target = "/"
  var version = "HTTP/1.1"
  var headers: [(name: String, value: String)] = []
  var body = ""
  var isChunked = false
  var isHTTP2 = false
  /// Written as any browser would, to a page that is open: it has to arrive.
  var isPlain = false

  /// A record for Tests/Tools/requests.
  func record(port: Int) -> String {
    let bytes = isHTTP2 ? second : first
    return "\(isHTTP2 ? "h2" : "h1") \(port) \(bytes.utf8.count)\n\(bytes)"
  }

  private var first: String {
    // HTTP/0.9 has no headers.
    if version.isEmpty { return "\(method) \(target)\r\n" }
    var lines = ["\(method) \(target) \(version)"]
    lines += headers.map { "\($0.name): \($0.value)" }
    let hasClose = headers.contains { $0.name == "Connection" }
    if !hasClose { lines.append("Connection: close") }
    var rest = body
    if isChunked {
      lines.append("Transfer-Encoding: chunked")
      rest = "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
      if body.isEmpty { rest = "0\r\n\r\n" }
    } else if !body.isEmpty {
      lines.append("Content-Length: \(body.utf8.count)")
    }
    return lines.map { $0 + "\r\n" }.joined() + "\r\n" + rest
  }

  private var second: String {
    var lines = [
      ":method: \(method)", ":scheme: http", ":path: \(target)",
      ":authority: \(OracleRequest.host)",
    ]
    lines += headers.filter { $0.name != "Host" }.map { "\($0.name.lowercased()): \($0.value)" }
    if !isChunked, !body.isEmpty { lines.append("content-length: \(body.utf8.count)") }
    return lines.map { $0 + "\n" }.joined() + "\n" + body
  }

  static let host = "status.example.com"
}

extension OracleRequest: CustomStringConvertible {
  var description: String {
    (isHTTP2 ? second : first).replacing("\r\n", with: "⏎").replacing("\n", with: "⏎")
  }
}

/// Numbers that come again with the same seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  // SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func one<T>(of things: [T]) -> T { things[Int.random(in: things.indices, using: &self)] }

  /// True in so many of a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }
}
