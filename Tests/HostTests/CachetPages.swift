/// The pages of a version of Cachet, as its routes have them.
struct CachetPages {
  let open: [Browser.Request]
  let guarded: [Browser.Request]
  let api: String
  /// Where files are, behind the first slash.
  let folders: [String]
  var files: String { folders[0] }

  init(_ version: String) {
    let words = version.split(separator: " ").map(String.init)
    let base = words.count > 1 ? String(words[1].dropLast()) : ""
    switch words[0] {
    case "2.3":
      open =
        CachetPages.open2 + CachetPages.get("/incident/7", "/rss", "/rss/2", "/atom", "/atom/2")
      guarded =
        CachetPages.guarded2 + CachetPages.get("/incidents/7")
        + CachetPages.post("/setup/step1", "/setup/step2", "/setup/step3")
    case "2.4":
      open =
        CachetPages.open2
        + CachetPages.get(
          "/incidents/7", "/schedules/7", "/api/v1/schedules", "/api/v1/schedules/7",
          "/api/v1/incidents/7/updates", "/api/v1/incidents/7/updates/1",
          "/api/v1/incidents/templates", "/api/v1/incidents/templates/a-b",
          "/subscribe/manage/abcDEF123?signature=0a", "/subscribe/verify/abcDEF123?signature=0a")
      guarded =
        CachetPages.guarded2
        + CachetPages.get("/dashboard/schedule", "/dashboard/api/incidents/templates")
        + CachetPages.post("/setup/api/step1", "/api/v1/schedules", "/api/v1/incidents/7/updates")
    default:
      open =
        CachetPages.get(
          base.isEmpty ? "/" : base, base + "/incidents/0b9e1a3c-7f4e-4a55-8d57-0a7d8f1f2b3c",
          base + "/schedules/7", base + "/badge.svg", base + "/components/7/badge.svg",
          base + "/subscribe", base + "/subscribers/verify/7/0a1b?signature=0a&expires=1",
          base + "/subscribers/unsubscribe/7/0a1b?signature=0a", base + "/health", base + "/rss",
          "/up", "/verify-email/7/0a1b?signature=0a", base + "/api/ping", base + "/api/version",
          base + "/api/status", base + "/api/components?filter[status]=1&include=meta",
          base + "/api/components/7", base + "/api/component-groups", base + "/api/incidents",
          base + "/api/incidents/7/updates/1", base + "/api/incident-templates",
          base + "/api/metrics/7/points", base + "/api/schedules/7/updates")
        + CachetPages.post(
          base + "/subscribe", base + "/subscribers/unsubscribe/7/0a1b?signature=0a")
      guarded =
        CachetPages.get(
          base + "/dashboard", base + "/dashboard/login",
          base + "/dashboard/password-reset/request",
          base + "/dashboard/profile", base + "/setup", base + "/api/subscribers",
          base + "/api/subscribers/7", base + "/mcp", "/livewire/update",
          "/livewire-0a1b2c3d/update",
          "/index.php", "/_debugbar/open")
        + CachetPages.post(
          base + "/setup", base + "/dashboard/login", "/livewire/update", "/livewire/upload-file",
          "/livewire-0a1b2c3d/update", base + "/mcp", base + "/api/components",
          base + "/api/incidents",
          base + "/api/subscribers", base + "/api/metrics/7/points")
        + [
          .init(base + "/api/components/7", method: "PUT"),
          .init(base + "/api/components/7", method: "PATCH"),
          .init(base + "/api/incidents/7", method: "DELETE"),
        ]
    }
    api = words[0] == "3" ? base + "/api/components" : "/api/v1/components"
    folders =
      switch words[0] {
      case "2.3": ["dist", "build", "fonts", "img"]
      case "2.4": ["dist", "fonts", "img"]
      default: ["build", "css", "fonts", "js", "storage", "vendor"]
      }
  }

  private static func get(_ targets: String...) -> [Browser.Request] { targets.map { .init($0) } }

  private static func post(_ targets: String...) -> [Browser.Request] {
    targets.map { .init($0, method: "POST", form: ["a=b"]) }
  }

  private static let open2 =
    get(
      "/", "/?start_date=2026-01-01", "/metrics/7", "/metrics/7?filter=last_hour",
      "/component/7/shield", "/subscribe", "/subscribe/manage/abcDEF123",
      "/subscribe/verify/abcDEF123", "/unsubscribe/abcDEF123", "/unsubscribe/abcDEF123/7",
      "/api/v1/ping", "/api/v1/version", "/api/v1/status", "/api/v1/components",
      "/api/v1/components/7", "/api/v1/components/groups", "/api/v1/components/groups/7",
      "/api/v1/incidents?sort=id&order=desc", "/api/v1/incidents/7", "/api/v1/metrics",
      "/api/v1/metrics/7", "/api/v1/metrics/7/points")
    + post("/subscribe", "/subscribe/manage/abcDEF123")

  private static let guarded2 =
    get(
      "/admin", "/dashboard", "/dashboard/settings/mail", "/dashboard/user/1/api/regen",
      "/dashboard/api/components/order", "/auth/login", "/auth/2fa", "/auth/logout", "/setup",
      "/signup/invite/abcDEF123", "/_debugbar/open", "/api/v1/subscribers", "/index.php",
      "/.env", "/composer.json")
    + post(
      "/dashboard/components/add", "/auth/login", "/auth/2fa", "/signup/invite/abcDEF123",
      "/api/v1/components", "/api/v1/components/groups", "/api/v1/incidents", "/api/v1/metrics",
      "/api/v1/metrics/7/points", "/api/v1/subscribers")
    + [
      .init("/api/v1/components/7", method: "PUT"),
      .init("/api/v1/incidents/7", method: "DELETE"),
      .init("/api/v1/metrics/7", method: "PATCH"),
    ]
}
