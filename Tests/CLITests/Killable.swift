import Foundation
import TestSupport

/// A command that can be killed at its calls into the system.
///
/// These are calls that change a file or put it on disk: whatever a kill leaves behind is what was
/// there before one of them. With TESTS=full they are all that follow the program's own start.
struct Killable {
  let command: [String]
  var environment: [String: String] = [:]
  var input = ""

  /// Runs it to its end: the numbers of its calls that are to be tried.
  func calls() async throws -> [Int] {
    let all = try await count(command)
    // A run that ends before it opens anything.
    let start = Effort.isWhole ? try await count([command[0], "--version"]) - 20 : 1
    let step = max(1, all / Effort.points(usually: 40, inCI: 1000))
    return Array(stride(from: start, through: all, by: step))
  }

  /// Runs it until its `number`-th call; the status is 137 where it got there.
  func run(killedAt number: Int) async throws -> Outcome {
    try await trace(["--at", "\(number)", "--do", "kill"], command)
  }

  private func count(_ command: [String]) async throws -> Int {
    try await withFolder { folder in
      _ = try await trace(["--report", folder.path("report")], command)
      return Int(folder.read("report").firstMatch(of: /calls (\d+)/)?.1 ?? "") ?? 0
    }
  }

  private func trace(_ what: [String], _ command: [String]) async throws -> Outcome {
    try await TestSupport.run(
      Built.tool("atcall"), (Effort.isWhole ? [] : ["--changing"]) + what + ["--"] + command,
      environment: environment, input: input)
  }
}
