import Foundation
import TestSupport

/// A store in a folder of its own, and the command line on it.
struct Demo {
  let folder: TemporaryFolder
  var store: String { folder.path("demo") }

  /// Runs the command line as it stands, with `words`, on the store.
  @discardableResult
  func mfa(
    _ words: String..., input: String = "", environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await run(
      Reader.binary, words + ["--store", store],
      environment: ["LD_LIBRARY_PATH": Built.tool(""), "LD_PRELOAD": "journal.so"].merging(
        environment
      ) { $1 },
      input: input)
  }

  /// Runs it for a person at a terminal who answers as `talk` says; what the terminal showed.
  func talk(
    _ answers: [String] = [], _ words: String..., environment: [String: String] = [:],
    columns: Int = 200
  ) async throws -> Outcome {
    try await run(
      Built.tool("talk"),
      answers + [
        "--", "/bin/sh", "-c", "stty cols \(columns); trap : INT; \"$@\"; s=$?; stty -a; exit $s",
      ]
        + ["sh", Reader.binary] + words + ["--store", store],
      environment: [
        "LD_LIBRARY_PATH": Built.tool(""), "LD_PRELOAD": "journal.so", "TERM": "xterm",
        "LANG": "C.UTF-8",
      ].merging(environment) { $1 })
  }

  /// Enrols daemon, an account that every host has; the object that was printed.
  func enrolled() async throws -> [String: Any] {
    let outcome = try await mfa("enroll", "--user", "daemon", "--no-confirm", "--json")
    return try Demo.object(outcome.output)
  }

  static func object(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  func mode(_ name: String) -> Int {
    let facts = try? FileManager.default.attributesOfItem(atPath: folder.path("demo/" + name))
    return (facts?[.posixPermissions] as? Int) ?? -1
  }
}

func withDemo(_ body: (Demo) async throws -> Void) async throws {
  try await withFolder { folder in try await body(Demo(folder: folder)) }
}
