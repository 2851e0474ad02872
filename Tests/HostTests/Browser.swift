import Foundation
import TestSupport

/// Somebody's browser: a cookie jar, and what it sends by itself.
struct Browser {
  let host: TestHost
  var name = "browser"
  /// Sent with every request once they were asked for.
  var basic: (user: String, answer: String)?

  struct Request: Sendable {
    var method = "GET"
    /// As it stands in the request line.
    var target: String
    var headers: [String] = []
    var form: [String]?
    /// A body as it is, where `headers` say what kind.
    var body: String?

    init(
      _ target: String, method: String = "GET", headers: [String] = [], form: [String]? = nil,
      body: String? = nil
    ) {
      self.target = target
      self.method = method
      self.headers = headers
      self.form = form
      self.body = body
    }
  }

  struct Reply: CustomStringConvertible {
    let request: Request
    let status: Int
    /// Where it leads, without the host.
    let location: String
    let cookies: [String]
    let body: String

    /// What the application took it for: "GET /dashboard"; nil where it was not asked.
    var page: String? { line("page ") }
    var user: String? { line("user ") }
    /// The names of what the application read in query and body.
    var input: String? { line("input ") }
    /// Headers that the application was told.
    var told: [String] {
      body.split(separator: "\n").filter { $0.hasPrefix("told ") }.map(String.init)
    }

    private func line(_ start: String) -> String? {
      body.split(separator: "\n").first { $0.hasPrefix(start) }
        .map { String($0.dropFirst(start.count)) }
    }

    var description: String {
      "\(request.method) \(request.target) \(request.headers): \(status) \(location)\n\(body)"
    }
  }

  func get(_ target: String) async throws -> Reply { try await send([Request(target)])[0] }

  /// Fills in the form and sends it, as the page's own script does.
  func signIn(
    _ user: String, _ answer: String, to: String? = nil, origin: String? = "https://127.0.0.1"
  ) async throws -> Reply {
    let fields = ["httpd_username=\(user)", "httpd_password=\(answer)"]
    return try await send([
      Request(
        "/cachet-mfa/sign-in", method: "POST", headers: origin.map { ["Origin: \($0)"] } ?? [],
        form: fields + (to.map { ["httpd_location=\($0)"] } ?? []))
    ])[0]
  }

  /// Sends them one after the other, on one connection.
  func send(_ requests: [Request]) async throws -> [Reply] {
    func quoted(_ text: String) -> String {
      "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
    let marks = requests.map { request in
      var lines = [
        "url = https://127.0.0.1/", "request-target = \(quoted(request.target))", "insecure",
        "silent", "http1.1", "include", "globoff", "max-time = 20", "cookie = /root/\(name).jar",
        "cookie-jar = /root/\(name).jar", "write-out = \"\\n<<%{http_code}>>\\n\"",
      ]
      lines += request.method == "HEAD" ? ["head"] : ["request = \(request.method)"]
      lines += request.headers.map { "header = \(quoted($0))" }
      lines += (request.form ?? []).map { "data-urlencode = \(quoted($0))" }
      if let body = request.body { lines.append("data-raw = \(quoted(body))") }
      if let basic { lines.append("user = \(quoted("\(basic.user):\(basic.answer)"))") }
      return lines.joined(separator: "\n") + "\n"
    }
    let asked = try await host.run(
      "curl", "--config", "-", input: marks.joined(separator: "next\n"), within: 120)
    let parts = asked.output.replacing("\r\n", with: "\n").split(
      separator: "\n<<", omittingEmptySubsequences: false)
    guard parts.count == requests.count + 1 else {
      throw TestHost.Failed(script: "curl", outcome: asked)
    }
    return zip(requests, zip(parts, parts.dropFirst())).map { request, texts in
      // Each part begins with the end of the mark before it.
      let text = texts.0.split(separator: ">>\n", maxSplits: 1).last.map(String.init) ?? ""
      let head = text.split(separator: "\n\n", maxSplits: 1).first ?? ""
      func header(_ name: String) -> [String] {
        head.split(separator: "\n").filter { $0.lowercased().hasPrefix(name) }
          .map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) }
      }
      return Reply(
        request: request, status: Int(texts.1.prefix(3)) ?? 0,
        location: header("location:").first?.replacing("https://127.0.0.1", with: "") ?? "",
        cookies: header("set-cookie:"), body: text)
    }
  }
}
