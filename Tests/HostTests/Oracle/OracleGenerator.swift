/// Makes requests around what a version of Cachet opens and what it does not.
struct OracleGenerator {
  private let cachet: CachetPages
  private var random: Seeded

  init(_ cachet: CachetPages, seed: UInt64) {
    (self.cachet, random) = (cachet, Seeded(seed))
  }

  /// What a generated header says where it should not be believed.
  static let mark = "forged"
  /// "alice:forged-secret"
  static let secret = "YWxpY2U6Zm9yZ2VkLXNlY3JldA=="

  mutating func requests(_ count: Int) -> [OracleRequest] {
    (0..<count).map { $0 % 8 == 0 ? plain() : $0 % 8 < 4 ? pointed() : tricky() }
  }

  // MARK: - Kinds

  private mutating func plain() -> OracleRequest {
    let open = random.one(of: cachet.open)
    var request = OracleRequest(method: open.method, target: open.target)
    request.headers = [("Host", OracleRequest.host), ("User-Agent", "browser"), ("Accept", "*/*")]
    if open.form != nil {
      request.headers.append(("Content-Type", "application/x-www-form-urlencoded"))
      request.body = "email=a@example.com"
    }
    request.isHTTP2 = random.chance(20)
    request.isPlain = true
    return request
  }

  /// As plain, but for one thing.
  private mutating func pointed() -> OracleRequest {
    var request = plain()
    request.isPlain = false
    if !request.body.isEmpty { request.body = "_method=DELETE&\(request.body)" }
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: if request.body.isEmpty { addBody(to: &request) }
    case 2: request.target += query()
    default: request.headers += odd()
    }
    return request
  }

  private mutating func tricky() -> OracleRequest {
    var request = OracleRequest()
    request.method = method()
    request.target = target()
    request.isHTTP2 = random.chance(12)
    if random.chance(10) { request.version = "HTTP/1.0" }
    if random.chance(1) { request.version = "" }
    request.headers = [("Host", OracleRequest.host)]
    let isPost = request.method.uppercased() == "POST"
    if random.chance(isPost ? 90 : 30) { addBody(to: &request) }
    for _ in 0..<random.one(of: [0, 0, 1, 1, 2, 3]) { request.headers += odd() }
    if random.chance(15) { request.headers.shuffle(using: &random) }
    return request
  }

  private mutating func method() -> String {
    let others = [
      "PUT", "PATCH", "DELETE", "OPTIONS", "get", "post", "Post", "HEADX", "X", "TRACE", "PROPFIND",
    ]
    return switch Int.random(in: 0..<100, using: &random) {
    case ..<45: "GET"
    case ..<78: "POST"
    case ..<86: "HEAD"
    default: random.one(of: others)
    }
  }

  // MARK: - Where to

  private mutating func target() -> String {
    let open = path(cachet.open)
    let guarded = path(cachet.guarded)
    let chosen =
      switch Int.random(in: 0..<100, using: &random) {
      case ..<45: random.one(of: cachet.open).target
      case ..<60: guarded
      default: mixture(open, guarded)
      }
    return random.chance(35) ? chosen + query() : chosen
  }

  private mutating func path(_ pages: [Browser.Request]) -> String {
    let target = random.one(of: pages).target
    return String(target.prefix { $0 != "?" })
  }

  private mutating func mixture(_ open: String, _ guarded: String) -> String {
    let folder = random.one(of: cachet.folders)
    let there = "/\(folder)/css/app.css"
    let file = random.one(of: [there, there, "/\(folder)/none.png", "/robots.txt"])
    let up = String(repeating: "/..", count: open.split(separator: "/").count)
    let rest = guarded.dropFirst()
    let script = random.one(of: [
      "index.php", "index.php", "index.php", "INDEX.PHP", "index%2ephp", "index.php;",
      "index.php%20",
    ])
    // What Symfony cuts off is as long as the path of the script.
    let filler = String(repeating: "x", count: random.one(of: [1, 2, 3]))
    return switch random.one(of: [0, 0, 0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) {
    case 0: "/\(folder)/\(script)/\(filler)\(guarded)"
    case 1: "/\(folder)/\(script)\(guarded)"
    case 2: "\(open)/\(script)\(guarded)"
    case 3: "/\(script)\(guarded)"
    case 4: file + guarded
    case 5: file + random.one(of: ["/", ";", "%2f", "%00", "/..", "//", "\\"]) + rest
    case 6: open + up + guarded
    case 7:
      open + up.replacing("/..", with: random.one(of: ["/%2e%2e", "%2f..", "\\.."])) + guarded
    case 8: random.one(of: ["/", "/.", "/x/..", "/%2f", "/;", "/%5c", "\\"]) + guarded
    case 9:
      guarded + random.one(of: ["/", ";", ".css", ".json", "%20", "%00", "%0a", "%3f", "#", "//"])
    case 10: encoded(guarded)
    case 11: encoded(open)
    case 12:
      random.one(of: ["http://\(OracleRequest.host)", "http://other.example.com", "//x"])
        + random.one(of: [open, guarded])
    case 13:
      open
        + random.one(of: ["/", "//", ".", "%20", " x", " HTTP/1.1", "%0d%0aX: y", "#\(guarded)"])
    case 14: "/\(folder)/" + random.one(of: ["a.php", "a.css.php", "a.php.css", ".env", "a.phtml"])
    default: open + random.one(of: ["", "/", "?", ";"]) + guarded
    }
  }

  private mutating func encoded(_ path: String) -> String {
    let share = random.one(of: [10, 40, 100])
    let twice = random.chance(25)
    return path.utf8.map { byte in
      guard byte != UInt8(ascii: "/"), random.chance(share) else {
        return String(UnicodeScalar(byte))
      }
      return (twice ? "%25" : "%") + String(byte, radix: 16)
    }.joined()
  }

  private mutating func query() -> String {
    random.one(of: [
      "?", "?_method=DELETE", "?_method[]=DELETE", "?name=1", "?status=1&sort=name", "?1[0]=a",
      "?name[]=1", "?a.b=1", "?name=1;1[0]=2", "?name=1#&1[0]=x", "?%6eame=1", "?name=1&%31[0]=x",
      "?name", "?+name=1", "?filter[status]=1", "?/index.php/dashboard", "?x=/dashboard",
    ])
  }

  // MARK: - With what

  private mutating func addBody(to request: inout OracleRequest) {
    let form = "application/x-www-form-urlencoded"
    let type = random.one(of: [
      form, form, form, "\(form); charset=UTF-8", "\(form);charset=utf-8", form.uppercased(),
      "application/json", "application/json", "application/vnd.api+json",
      "text/json; charset=utf-8",
      "\(form), application/json", "\(form); a=b/json", "\(form)+json",
      "multipart/form-data; boundary=b",
      "text/plain", "",
    ])
    let json = #"{"name":"zz","_method":"DELETE","1":["id","=",1,"or 1=1 and"]}"#
    let multipart =
      "--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--b--\r\n"
    request.body =
      if type.contains("multipart") { multipart } else if type.contains("json") { json } else {
        random.one(of: [
          "_method=DELETE&email=a@example.com", "email=a@example.com", "_method=delete",
          "_method=GET",
          "_METHOD=PUT", "_method[]=PUT", "1[0]=a&name=b", json, "",
        ])
      }
    request.headers.append(("Content-Type", type))
    if random.chance(8) { request.headers.append(("Content-Type", "application/json")) }
    if random.chance(6) {
      // Two lengths: for one reader the body ends where for another it goes on, as a request of its own.
      request.body = "0\r\n\r\nGET /dashboard HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
      request.headers.append(
        (
          "Transfer-Encoding",
          random.one(of: ["chunked", "identity", "Chunked, identity", "xchunked"])
        ))
      return
    }
    request.isChunked = random.chance(25) && request.version == "HTTP/1.1"
  }

  /// Headers that a guard should not hand on, or should not be led by.
  private mutating func odd() -> [(name: String, value: String)] {
    let mark = OracleGenerator.mark
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1:
      return [(spelled(random.one(of: ["X-Original-URL", "X-Rewrite-URL"])), "/dashboard")]
    case 2, 3:
      return [
        (spelled("X-HTTP-Method-Override"), random.one(of: ["DELETE", "PUT", "get", "PATCH"]))
      ]
    case 4:
      // Apache looks at the last of them alone.
      let names = ["X-HTTP-Method-Override", "X-Original-URL", "Content-Type", "Remote-User"]
      let name = random.one(of: names)
      let value =
        name == "Content-Type"
        ? "application/json" : name == "X-Original-URL" ? "/dashboard" : "DELETE"
      return [(spelled(name), name == "Remote-User" ? mark : value), ("X_Empty", "")]
    case 5:
      let name = random.one(of: [
        "Remote-User", "X-Forwarded-Prefix", "X-Forwarded-Host", "Forwarded",
      ])
      return [(spelled(name), "\(mark).example.com")]
    case 6:
      let name = random.one(of: ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port"])
      return [(spelled(name), mark)]
    case 7, 8:
      let scheme = random.one(of: ["Basic", "basic", "BASIC", " Basic", "Bearer x, Basic"])
      let pair = (name: "Authorization", value: "\(scheme) \(OracleGenerator.secret)")
      return random.chance(20) ? [("Authorization", "Bearer token"), pair] : [pair]
    case 9: return [("Authorization", "Bearer token"), ("X-Cachet-Token", "token")]
    case 10:
      return [
        ("Cookie", "laravel_session=a; __Host-cachet-mfa-0a1b2c3d=\(mark); b=c"), ("Cookie", "d=e"),
      ]
    case 11, 13:
      return [
        (
          "Connection",
          random.one(of: [
            "close, X-HTTP-Method-Override", "close, Content-Type", "X-HTTP-Method-Override, close",
            "Cookie, close",
          ])
        )
      ]
    case 12:
      return [
        (
          spelled(
            random.one(of: ["Script-Name", "Path-Info", "Redirect-Status", "Request-Uri", "Proxy"])),
          "/dashboard"
        )
      ]
    case 14:
      return [(spelled("Content-Type"), "application/json"), (spelled("Content-Length"), "0")]
    default: return [("Host", "other.example.com")]
    }
  }

  private mutating func spelled(_ name: String) -> String {
    let changed = name.map { character in
      character == "-" ? random.one(of: ["-", "-", "_", "."]) : String(character)
    }.joined()
    return switch Int.random(in: 0..<4, using: &random) {
    case 0: changed.uppercased()
    case 1: changed.lowercased()
    default: changed
    }
  }
}
