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
    guard !line.isEmpty else { return .nothing }
    guard let access = AccessLine(line) else {
      return .unreadable("is no line of the combined format")
    }
    guard mayMatter(access) else { return .nothing }
    let path = RoutePath(access.target, below: prefix)
    guard let kind = kind(of: access, path) else { return .nothing }
    // A name that was refused may be a password, typed into the wrong field.
    let isNamed =
      access.status != 401 && !["-", "\"\"", ""].contains { access.user.elementsEqual($0.utf8) }
    return .occurrence(
      Occurrence(
        time: access.time, kind: kind,
        user: isNamed ? Printable.name(access.user) : nil,
        address: Printable.name(access.address),
        detail:
          "\(Printable.text(access.method, limit: 10)) \(Self.shown(path, kind)) \(access.status)"
      ))
  }

  /// Most lines are of pages for everybody, and are let go here.
  private func mayMatter(_ access: AccessLine) -> Bool {
    access.status == 429 || !access.method.elementsEqual("GET".utf8)
      || access.target.place(of: UInt8(ascii: "%")) != nil
      || access.target.place(of: dashboardName) != nil || access.target.place(of: "setup") != nil
  }

  private func kind(of access: AccessLine, _ path: RoutePath) -> Occurrence.Kind? {
    let isPost = access.isMethod("POST")
    if access.status == 429 { return .tooMany }
    if path.isAt("/auth/login") { return isPost ? .passwordPosted : nil }
    if path.isAt("/auth/2fa") { return isPost ? .codePosted : nil }
    if path.isBelow("/dashboard/user"),
      path.text.reversed().starts(with: "/api/regen".utf8.reversed())
    {
      return (200..<400).contains(access.status) ? .keyPage : nil
    }
    if path.isBelow("/setup") { return isPost || access.status == 200 ? .setup : nil }
    if path.isBelow(dashboard) {
      // In 3.x these two are open to anybody.
      let isOpen = ["login", "password-reset"].contains { path.isBelow("\(dashboard)/\($0)") }
      return access.status == 200 && !isOpen ? .dashboard : nil
    }
    if path.text.starts(with: "/livewire".utf8), path.text.reversed().starts(with: "etadpu/".utf8) {
      return isPost ? .livewire : nil
    }
    if path.isBelow("/api") {
      let isWrite = ["POST", "PUT", "PATCH", "DELETE"].contains { access.isMethod($0) }
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
