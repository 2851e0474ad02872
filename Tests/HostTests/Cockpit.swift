import Foundation
import TestSupport

/// Debian's cockpit-ws on 127.0.0.1:9090 inside, and people who sign in there.
extension TestHost {
  /// Starts it, and waits until it listens.
  func startCockpit() async throws {
    try await must(
      """
      mkdir -p /run/cockpit
      # Where it is a socket's service, as since Debian 13.
      systemd-socket-activate --accept --inetd -l /run/cockpit/session \
        /usr/lib/cockpit/cockpit-session </dev/null >/var/log/cockpit-session 2>&1 &
      /usr/lib/cockpit/cockpit-ws --no-tls --port 9090 --address 127.0.0.1 \
        </dev/null >/var/log/cockpit-ws 2>&1 &
      for n in $(seq 500); do
        grep -q ':2382 .* 0A ' /proc/net/tcp && [ -S /run/cockpit/session ] && exit
        sleep 0.02
      done
      exit 1
      """)
  }

  /// Signs in as `user`. The status is 0 for who is in; the output holds each question and each
  /// status line of HTTP.
  func cockpit(_ user: String, _ password: String, _ second: String) async throws -> Outcome {
    let first = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    var told = try await ask(first)
    if let question = told.output.firstMatch(of: /X-Conversation (\S+) (\S+)/) {
      let text = Data(base64Encoded: String(question.2)).map { String(decoding: $0, as: UTF8.self) }
      let next = try await ask(
        "X-Conversation \(question.1) " + Data(second.utf8).base64EncodedString())
      told.output = "\(text ?? "")\n" + next.output
    }
    told.status = told.output.contains("HTTP/1.1 200") ? 0 : 1
    return told
  }

  private func ask(_ authorization: String) async throws -> Outcome {
    try await run(
      "curl", "--silent", "--include", "--max-time", "20", "--header",
      "Authorization: \(authorization)", "http://127.0.0.1:9090/cockpit/login")
  }
}
