import Foundation
import TestSupport

/// What Laravel read in a request that reached the application, as Tests/HostTests/cachet wrote it down.
struct OracleReading {
  let method: String
  let realMethod: String
  let path: String
  /// By the rules of the Symfony that Cachet's releases have, where Debian's is a later one.
  let olderPath: String
  /// By those of Symfony 3.0.9, which Cachet 2.3 has.
  let oldestPath: String
  let base: String
  let input: [String: Any]
  let isJSON: Bool
  let body: Int
  let headers: [String: String]
  let user: String
  let server: [String: String]
  /// Which of the requests it was.
  let index: Int?

  init?(_ line: some StringProtocol) {
    guard let data = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
      let object = data as? [String: Any]
    else { return nil }
    func text(_ name: String) -> String { object[name] as? String ?? "" }
    (method, realMethod, path) = (text("method"), text("realMethod"), text("path"))
    (olderPath, oldestPath) = (text("olderPath"), text("oldestPath"))
    (base, user) = (text("base"), text("user"))
    input = object["input"] as? [String: Any] ?? [:]
    isJSON = object["isJSON"] as? Bool ?? true
    body = object["body"] as? Int ?? -1
    headers = object["headers"] as? [String: String] ?? [:]
    server = object["server"] as? [String: String] ?? [:]
    let parts = text("from").split(separator: ".").compactMap { Int($0) }
    index =
      parts.count == 4 && parts[0] == 127
      ? ((parts[1] - 1) << 16 + parts[2] << 8 + parts[3]) - 1 : nil
  }

  /// A header that says something.
  func header(_ name: String) -> String? { headers[name].flatMap { $0.isEmpty ? nil : $0 } }

  var summary: String {
    "read as \(method) \(path) (once \(olderPath) and \(oldestPath), sent as \(realMethod), base '\(base)', body \(body), input \(input.keys.sorted()), \(headers))"
  }
}
