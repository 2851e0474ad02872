import Foundation
import Glibc
import TestSupport

/// A real Chromium inside a test host, without a screen: one page, driven over a pair of FIFOs by the
/// DevTools protocol (messages are JSON that ends with a NUL).
final class PageDriver {
  struct Failure: Error { let why: String }

  private let input: FileHandle
  private let output: Int32
  private var pending = Data()
  private var last = 0
  private var session: String?

  init(on host: TestHost) async throws {
    try await host.must(
      """
      mkfifo -m 600 /run/page.in /run/page.out
      cd /root && chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --ignore-certificate-errors --remote-debugging-pipe --user-data-dir=/root/page \
        about:blank 3<>/run/page.in 4<>/run/page.out </dev/null >/var/log/page 2>&1 &
      """)
    input = try FileHandle(forWritingTo: host.path("/run/page.in"))
    output = unsafe Glibc.open(host.path("/run/page.out").path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard output >= 0 else { throw Failure(why: "no FIFO") }
    let target = try await call("Target.createTarget", ["url": "about:blank"])
    let attached = try await call(
      "Target.attachToTarget",
      ["targetId": target["targetId"] as? String ?? "", "flatten": true])
    session = attached["sessionId"] as? String
    _ = try await call("Page.enable")
  }

  deinit { close(output) }

  /// One command, and its result.
  @discardableResult
  func call(
    _ method: String, _ parameters: [String: any Sendable] = [:]
  ) async throws -> [String: Any] {
    last += 1
    var message: [String: any Sendable] = ["id": last, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    try input.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
    for _ in 0..<2000 {
      while let reply = try read() {
        guard reply["id"] as? Int == last else { continue }
        guard let result = reply["result"] as? [String: Any] else {
          throw Failure(why: "\(method): \(reply)")
        }
        return result
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Failure(why: "\(method): no answer")
  }

  /// The next message that is there as a whole.
  private func read() throws -> [String: Any]? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while !pending.contains(0) {
      let count = unsafe Glibc.read(output, &bytes, bytes.count)
      guard count > 0 else { return nil }
      pending.append(contentsOf: bytes.prefix(count))
    }
    guard let end = pending.firstIndex(of: 0) else { return nil }
    defer { pending = Data(pending[(end + 1)...]) }
    return try JSONSerialization.jsonObject(with: pending[..<end]) as? [String: Any]
  }

  func open(_ target: String) async throws {
    try await call("Page.navigate", ["url": "https://127.0.0.1" + target])
    try await wait(for: "complete", at: "document.readyState")
  }

  /// The value of a JavaScript expression as text; empty while one page gives way to another.
  func value(_ expression: String) async throws -> String {
    let told = try? await call(
      "Runtime.evaluate", ["expression": "String(\(expression))", "returnByValue": true])
    return (told?["result"] as? [String: Any])?["value"] as? String ?? ""
  }

  /// Waits until an expression has a value.
  func wait(for value: String, at expression: String) async throws {
    var seen = ""
    for _ in 0..<300 {
      seen = try await self.value(expression)
      if seen == value { return }
      try await Task.sleep(for: .milliseconds(30))
    }
    throw Failure(why: "\(expression) is not '\(value)' but '\(seen)'")
  }

  /// Types into whatever has the focus.
  func type(_ text: String) async throws { try await call("Input.insertText", ["text": text]) }

  func press(_ key: String) async throws {
    let number = ["Tab": 9, "Enter": 13][key] ?? 0
    let text = key == "Enter" ? "\r" : ""
    for type in ["keyDown", "keyUp"] {
      try await call(
        "Input.dispatchKeyEvent",
        ["type": type, "key": key, "code": key, "windowsVirtualKeyCode": number, "text": text])
    }
  }

  /// Where the page is.
  var place: String {
    get async throws { try await value("location.pathname + location.search + location.hash") }
  }
}
