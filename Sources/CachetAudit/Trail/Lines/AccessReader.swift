/// What the web server's log tells about the doors of Cachet.
struct AccessReader: LineReader {
  /// `CACHET_PATH` of 3.x: `/status`, or nothing.
  let prefix: [UInt8]
  /// As it is below that, or beside it where it does not begin so.
  private let dashboard: String
  private let dashboardName: [UInt8]

  init(prefix: [UInt8] = [], dashboard: String? = nil) {
    self.prefix = prefix
    let base = String(decoding: prefix, as: UTF8.self)
    let whole = dashboard ?? base + "/dashboard"
    self.dashboard =
      !base.isEmpty && whole.hasPrefix(base + "/") ? String(whole.dropFirst(base.count)) : whole
    dashboardName = Array((self.dashboard.split(separator: "/").last ?? "").utf8)
  }

  func read(_ line: ArraySlice<UInt8>) -> LineReading {
    guard let first = line.first else { return .nothing }
    guard first == UInt8(ascii: "{") else {
      guard let request = AccessLine.request(in: line) else {
        return .unreadable("is no line of the combined format")
      }
      return read(request)
    }
    switch AccessObject.read(line) {
    case .request(let request): return read(request)
    case .other: return .nothing
    case .unreadable(let why): return .unreadable(why)
    }
  }

  private func read(_ request: AccessRequest) -> LineReading {
    guard mayMatter(request) else { return .nothing }
    let path = RoutePath(request.target, below: prefix)
    guard let kind = kind(of: request, path) else { return .nothing }
    // A name that was refused may be a password, typed into the wrong field.
    let isNamed =
      request.status != 401
      && !["-", "\"\"", ""].contains { request.user.elementsEqual($0.utf8) }
    let shown = Self.shown(path, kind) + KnownHoles.words(for: kind)
    return .occurrence(
      Occurrence(
        time: request.time, kind: kind,
        user: isNamed ? Printable.name(request.user) : nil,
        address: Printable.name(request.address),
        detail: "\(Printable.text(request.method, limit: 10)) \(shown) \(request.status)"))
  }

  /// Most lines are of pages for everybody, and are let go here.
  private func mayMatter(_ request: AccessRequest) -> Bool {
    request.status == 429 || !request.method.elementsEqual("GET".utf8)
      || KnownHoles.mayBe(request.target) || request.target.place(of: dashboardName) != nil
      || request.target.place(of: "setup") != nil
  }

  private func kind(of request: AccessRequest, _ path: RoutePath) -> Occurrence.Kind? {
    let isPost = request.isMethod("POST")
    if request.status == 429 { return .tooMany }
    if let kind = KnownHoles.kind(of: request, path) { return kind }
    if path.isAt("/auth/login") { return isPost ? .passwordPosted : nil }
    if path.isAt("/auth/2fa") { return isPost ? .codePosted : nil }
    if path.isBelow("/dashboard/user"),
      path.text.reversed().starts(with: "/api/regen".utf8.reversed())
    {
      return (200..<400).contains(request.status) ? .keyPage : nil
    }
    if path.isBelow("/setup") { return isPost || request.status == 200 ? .setup : nil }
    if path.isBelow(dashboard) {
      // In 3.x these two are open to anybody.
      let isOpen = ["login", "password-reset"].contains { path.isBelow("\(dashboard)/\($0)") }
      return request.status == 200 && !isOpen ? .dashboard : nil
    }
    if path.isLivewireUpdate { return isPost ? .livewire : nil }
    if path.isBelow("/api") {
      let isWrite = ["POST", "PUT", "PATCH", "DELETE"].contains { request.isMethod($0) }
      return isWrite ? .apiWrite : nil
    }
    return nil
  }

  /// Of a page that may be any, the first segment: what follows may be the code of an invitation.
  private static func shown(_ path: RoutePath, _ kind: Occurrence.Kind) -> String {
    guard kind == .tooMany, let end = path.text.dropFirst().firstIndex(of: UInt8(ascii: "/")),
      !path.isBelow("/auth"), !path.isBelow("/api")
    else { return Printable.text(path.text, limit: 80) }
    return Printable.text(path.text[..<end], limit: 40) + "/..."
  }
}
