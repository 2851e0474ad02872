import Foundation

/// What a program left behind.
public struct Outcome: Sendable {
  /// Exit status; 128 + signal when one ended it; 124 when it took too long.
  public var status: Int32
  public var output: String
  public var errors: String
  public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

public struct ToolMissing: Error, CustomStringConvertible {
  public let path: String
  public var description: String { "no \(path): run 'make build tools' first" }
}

/// Runs a program to its end, at most `seconds`, with nothing of this process's environment but
/// PATH and what sanitizers are told, and `environment`.
///
/// Output goes through files: a pipe would be inherited by what other tests start meanwhile.
public func run(
  _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
  input: String = "", within seconds: Int = 60
) async throws -> Outcome {
  guard !program.hasPrefix("/") || FileManager.default.isExecutableFile(atPath: program) else {
    throw ToolMissing(path: program)
  }
  return try await withFolder { folder in
    // --foreground would not end grandchildren.
    let words = ["/usr/bin/timeout", "--kill-after=2", "\(seconds)", "/usr/bin/env"]
    let spawned = try Spawned(
      words + environment.map { "\($0.key)=\($0.value)" } + [program] + arguments,
      environment: [
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
      ].merging(forSanitizers) { path, _ in path },
      input: .file(folder.write(input, to: "in")), output: folder.path("out"),
      errors: folder.path("err"))
    let status = await spawned.end()
    return Outcome(status: status, output: folder.text("out"), errors: folder.text("err"))
  }
}

/// Programs of the tests are built as the tests are.
private let forSanitizers = ProcessInfo.processInfo.environment.filter { $0.key == "ASAN_OPTIONS" }

extension TemporaryFolder {
  /// Programs may write bytes that are no UTF-8; a test sees them repaired.
  fileprivate func text(_ name: String) -> String {
    String(decoding: (try? Data(contentsOf: url.appending(path: name))) ?? Data(), as: UTF8.self)
  }
}
