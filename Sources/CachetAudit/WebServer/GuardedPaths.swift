/// What has to be guarded of a line of Cachet, as its routes have it.
struct GuardedPaths {
  /// Each with the methods that do something there.
  let paths: [(path: String, methods: [String])]
  let writes: [WebRequest]
  /// Headers that make Cachet believe something about who asks, or for what.
  let headers: [String]

  /// `own`: of 3.x; the others are at the root.
  init(_ line: Installation.Line, _ own: CachetPaths = .root) {
    let base = own.base
    let both = ["GET", "POST"]
    let forwarded = [
      "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto",
    ]
    switch line {
    case .two3, .two4, .two5:
      let setup = line == .two3 ? "/setup/step3" : "/setup/api/step3"
      paths = [
        ("/dashboard", both), ("/dashboard/settings/mail", both),
        ("/dashboard/user/1/api/regen", ["GET"]), ("/dashboard/api/components/order", both),
        ("/auth/login", both), ("/auth/2fa", both), ("/setup", both), (setup, ["POST"]),
        ("/signup/invite/abcDEF123", both),
      ]
      let more =
        line == .two3
        ? []
        : [WebRequest("POST", "/api/v1/schedules"), .init("POST", "/api/v1/incidents/7/updates")]
      writes =
        [
          .init("POST", "/api/v1/components"), .init("PUT", "/api/v1/components/7"),
          .init("DELETE", "/api/v1/components/7"), .init("POST", "/api/v1/components/groups"),
          .init("POST", "/api/v1/incidents"), .init("DELETE", "/api/v1/incidents/7"),
          .init("POST", "/api/v1/metrics"), .init("POST", "/api/v1/metrics/7/points"),
          .init("GET", "/api/v1/subscribers"), .init("POST", "/api/v1/subscribers"),
          .init("DELETE", "/api/v1/subscribers/7"),
        ] + more
      headers = (line == .two3 ? ["X-Original-URL", "X-Rewrite-URL"] : []) + forwarded
    case .three:
      paths = [
        (own.dashboard, both), (own.dashboard + "/login", both),
        (own.dashboard + "/password-reset/request", both), (own.dashboard + "/profile", both),
        ("/livewire/update", ["POST"]), ("/livewire/upload-file", ["POST"]),
        ("/livewire-0a1b2c3d/update", ["POST"]), (base + "/setup", both), (base + "/mcp", both),
      ]
      writes = [
        .init("POST", base + "/api/components"), .init("PUT", base + "/api/components/7"),
        .init("DELETE", base + "/api/components/7"), .init("POST", base + "/api/incidents"),
        .init("POST", base + "/api/schedules"), .init("POST", base + "/api/metrics/7/points"),
        .init("GET", base + "/api/subscribers"), .init("POST", base + "/api/subscribers"),
      ]
      headers = forwarded + ["Remote-User"]
    }
  }

  /// Other ways to write `path` that Cachet takes for it, whatever the server makes of them. Not in
  /// other letters' case: Cachet's routes know theirs.
  static func spellings(of path: String) -> [String] {
    let rest = String(path.dropFirst())
    let first = rest.utf8.first.map { "%" + String($0, radix: 16) } ?? ""
    var others = [
      "//\(rest)", "/\(rest)/", "/index.php/\(rest)", "//index.php/\(rest)", "/index.php//\(rest)",
      "/\(first)\(rest.dropFirst())", "/x/../\(rest)", "/./\(rest)",
      "https://status.example.org/\(rest)",
    ]
    if let slash = rest.lastIndex(of: "/") {
      others.append("/\(rest[..<slash])%2F\(rest[slash...].dropFirst())")
    }
    return others
  }
}
