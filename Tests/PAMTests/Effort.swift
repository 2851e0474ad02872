import Foundation

/// How much of a long test runs: all of it in CI or where TESTS=full says so, else what a minute
/// allows. What is left out is a repetition, never a kind of test.
enum Effort {
  static let isFull: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["CI"] == "true" || environment["TESTS"] == "full"
  }()

  /// How many points of a sweep of thousands are tried: all only with TESTS=full.
  static func points(usually few: Int, inCI more: Int) -> Int {
    let environment = ProcessInfo.processInfo.environment
    if environment["TESTS"] == "full" { return .max }
    return environment["CI"] == "true" ? more : few
  }

  static func rounds(_ all: Int, usually few: Int) -> Int { isFull ? all : few }
}
