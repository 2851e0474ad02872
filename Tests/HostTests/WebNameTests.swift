import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Cachet makes the links of its mails with the name that it is told.
  @Suite("The name of the host that the application is told by nginx")
  struct WebName {
    private typealias Asked = (target: String, host: String, told: String?)

    private static let name = "status.example.com"
    private static let asked: [Asked] = [
      ("/", name, name), ("/", "STATUS.example.com", "STATUS.example.com"),
      ("/", "\(name):443", "\(name):443"), ("/", "\(name):8443", name), ("/", "\(name).", name),
      // Another name leads to the second server, which does not answer.
      ("/", "evil.example", nil), ("/", "\(name).evil.example", nil),
      ("https://\(name)/", "evil.example", name),
      ("https://\(name)/", "\(name)@evil.example", name),
      ("https://\(name)/", "\(name):443.evil.example", name),
      ("https://\(name):8443/", "evil.example:443", name),
      ("https://\(name)/subscribe", "evil.example", name),
      ("https://\(name)/dashboard", "evil.example", name),
      ("https://evil.example/", name, nil),
    ]

    @Test(
      "is the one by which nginx chose the server, whatever the header says",
      arguments: ["fastcgi", "proxy"])
    func chosen(way: String) async throws {
      try await withHost(
        pam: ["cachet-admin": ["auth required pam_permit.so", "account required pam_permit.so"]],
        sshd: nil
      ) { host in
        _ = try await Web(.nginx(by: way), cachet: "2.4", on: host)
        try host.write(WebDocs.nginxSecond + "\n", to: "/etc/nginx/conf.d/second.conf")
        try await host.must(
          "nginx -t && nginx -s stop; while [ -e /run/nginx.pid ]; do sleep 0.02; done; nginx")
        for asked in Self.asked {
          let isForm = asked.target.hasSuffix("/subscribe")
          let reply = try await host.run(
            "curl", "--silent", "--insecure", "--http1.1", "--max-time", "20", "--user", "alice:x",
            "--connect-to", "::127.0.0.1:", "--request-target", asked.target,
            "--header", "Host: \(asked.host)", isForm ? "--data" : "--header",
            isForm ? "email=a" : "Accept: */*", "https://\(Self.name)/")
          let told = reply.output.split(separator: "\n").first { $0.hasPrefix("host ") }
            .map { String($0.dropFirst("host ".count)) }
          #expect(told == asked.told, "\(asked): \(reply)")
        }
      }
    }
  }
}
