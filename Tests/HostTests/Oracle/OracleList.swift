import Foundation

/// What may reach a version of Cachet from anybody, by Cachet's own routes: written down here once more, not
/// taken from the path sets.
struct OracleList {
  private let reading: [Pattern]
  private let sending: [Pattern]
  private let isTwo: Bool
  private let isFormer: Bool

  private typealias Pattern = Regex<AnyRegexOutput>

  init(_ version: String) throws {
    let words = version.split(separator: " ").map(String.init)
    let base = words.count > 1 ? String(words[1].dropLast()) : ""
    isTwo = words[0] != "3"
    isFormer = words[0] == "2.3"
    let files =
      isTwo
      ? (isFormer ? "build|dist|fonts|img" : "dist|fonts|img") : "build|css|fonts|js|storage|vendor"
    var read = [
      "/favicon.ico", "/robots.txt", "/.well-known/acme-challenge/{slug}", "/(\(files)){file}",
    ]
    let send: [String]
    if isTwo {
      read += [
        "/", "/metrics/{n}", "/component/{n}/shield", "/subscribe", "/subscribe/manage/{word}",
        "/subscribe/verify/{word}", "/unsubscribe/{word}", "/unsubscribe/{word}/{n}",
        "/api/v1/ping",
        "/api/v1/version", "/api/v1/status", "/api/v1/components", "/api/v1/components/{n}",
        "/api/v1/components/groups", "/api/v1/components/groups/{n}", "/api/v1/incidents",
        "/api/v1/incidents/{n}", "/api/v1/metrics", "/api/v1/metrics/{n}",
        "/api/v1/metrics/{n}/points",
      ]
      read +=
        isFormer
        ? ["/incident/{n}", "/rss", "/rss/{n}", "/atom", "/atom/{n}"]
        : [
          "/incidents/{n}", "/schedules/{n}", "/api/v1/schedules", "/api/v1/schedules/{n}",
          "/api/v1/incidents/{n}/updates", "/api/v1/incidents/{n}/updates/{n}",
          "/api/v1/incidents/templates", "/api/v1/incidents/templates/{slug}",
        ]
      send = ["/subscribe", "/subscribe/manage/{word}"]
    } else {
      read += [
        base.isEmpty ? "/" : base, base + "/incidents/{slug}", base + "/schedules/{n}",
        base + "/badge.svg", base + "/components/{n}/badge.svg", base + "/rss", base + "/health",
        base + "/subscribe", base + "/subscribers/verify/{slug}/{word}",
        base + "/subscribers/unsubscribe/{slug}/{word}", "/up", "/verify-email/{n}/{word}",
        base + "/api/ping", base + "/api/version", base + "/api/status",
      ]
      for list in [
        "components", "component-groups", "incidents", "incident-templates", "metrics", "schedules",
      ] {
        read += [base + "/api/\(list)", base + "/api/\(list)/{slug}"]
      }
      for list in ["incidents/{slug}/updates", "schedules/{slug}/updates", "metrics/{slug}/points"]
      {
        read += [base + "/api/\(list)", base + "/api/\(list)/{slug}"]
      }
      send = [base + "/subscribe", base + "/subscribers/unsubscribe/{slug}/{word}"]
    }
    reading = try read.map(Self.pattern)
    sending = try send.map(Self.pattern)
  }

  private static func pattern(_ route: String) throws -> Pattern {
    let text =
      route.replacing(".", with: "\\.")
      .replacing("{file}", with: "(/[A-Za-z0-9_@-]+)*/[A-Za-z0-9_@.-]+\\.(css|js|json|map|png|svg)")
      .replacing("{n}", with: "[0-9]+").replacing("{word}", with: "[A-Za-z0-9_]+")
      .replacing("{slug}", with: "[A-Za-z0-9_-]+")
    return try Regex("^\(text)$").asciiOnlyWordCharacters()
  }

  /// What is wrong with a request that arrived; nothing where it is as it should be.
  func complaints(
    about reading: OracleReading, from server: Oracle.Front
  ) -> Set<Complaint> {
    var found: Set<Complaint> = []
    func expect(_ isFine: Bool, _ complaint: Complaint) { if !isFine { found.insert(complaint) } }
    let isPost = reading.method == "POST"
    let routes = isPost ? sending : self.reading
    let isRead = reading.method == "GET" || reading.method == "HEAD"
    let paths = [reading.path, reading.olderPath] + (isFormer ? [reading.oldestPath] : [])
    for path in paths {
      expect((isPost || isRead) && routes.contains { path.wholeMatch(of: $0) != nil }, .page)
    }
    expect(reading.base.isEmpty, .page)
    expect(reading.method == reading.realMethod, .method)
    expect(reading.header("x-http-method-override") == (isPost ? "POST" : nil), .method)
    if isPost {
      let type = reading.header("content-type")?.lowercased() ?? ""
      expect(
        type.split(separator: ";").first?.trimmed == "application/x-www-form-urlencoded", .body)
      expect(!reading.isJSON, .body)
    } else {
      expect(reading.body == 0, .body)
      let asked = reading.server["QUERY_STRING"] ?? ""
      expect(asked.isEmpty ? reading.input.isEmpty : true, .body)
    }
    if isTwo, paths.contains(where: { $0.hasPrefix("/api/") }) {
      expect(
        reading.input.allSatisfy { $0.key.wholeMatch(of: /[a-z_]+/) != nil && $0.value is String },
        .names)
    }
    expect(reading.user.isEmpty, .claim)
    expect(!(reading.header("authorization") ?? "").lowercased().contains("basic"), .password)
    expect(!reading.server.contains { $0.key.hasPrefix("PHP_AUTH") }, .password)
    expect(
      !reading.server.values.contains {
        $0.contains(OracleGenerator.secret) || $0.contains("forged-secret")
      }, .password)
    // nginx has no session of its own.
    expect(
      server == .nginx || !(reading.header("cookie") ?? "").contains("__Host-cachet-mfa-"),
      .password)
    let claims = [
      "x-original-url", "x-rewrite-url", "remote-user", "forwarded", "x-forwarded-prefix",
    ]
    expect(claims.allSatisfy { reading.header($0) == nil }, .claim)
    expect(
      !reading.headers.contains {
        $0.key.hasPrefix("x-forwarded-") && $0.value.contains(OracleGenerator.mark)
      }, .claim)
    // The site of docs/web.md says so to a container.
    let scheme = reading.header("x-forwarded-proto")
    expect(server == .nginx || scheme == nil || scheme == "https", .claim)
    if server == .nginx {
      expect(
        reading.headers.allSatisfy {
          $0.value.isEmpty || Self.passed.contains($0.key)
            || isPost
              && ["content-type", "content-length", "x-http-method-override"].contains($0.key)
        }, .header)
    }
    return found
  }

  enum Complaint: String, CaseIterable {
    /// Another page than one that is open.
    case page
    case method, body, names, header, password
    /// Who it is, or where from, by the client's own word.
    case claim
  }

  /// The headers that nginx hands on, and those that it says itself.
  private static let passed: Set<String> = [
    "host", "accept", "accept-encoding", "accept-language", "authorization", "cookie",
    "if-modified-since", "if-none-match", "origin", "referer", "sec-fetch-site", "user-agent",
    "x-cachet-token", "x-csrf-token", "x-requested-with", "x-xsrf-token", "x-forwarded-for",
    "x-forwarded-proto", "connection",
  ]
}

extension Substring {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
