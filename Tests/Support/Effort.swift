import Foundation

/// How much of a long test runs: all of it in CI or where TESTS=full says so, else what a minute
/// allows. What is left out is a repetition, never a kind of test.
public enum Effort {
  public static let isFull = isWhole || ProcessInfo.processInfo.environment["CI"] == "true"

  /// Whether every point of a sweep of thousands is tried: only with TESTS=full.
  public static let isWhole = ProcessInfo.processInfo.environment["TESTS"] == "full"

  /// Whether thousands are tried where hundreds are otherwise: with TESTS=long.
  public static let isLong =
    isWhole || ProcessInfo.processInfo.environment["TESTS"] == "long"

  /// How many points of a sweep of thousands are tried.
  public static func points(usually few: Int, inCI more: Int) -> Int {
    isWhole ? .max : isFull ? more : few
  }

  public static func rounds(_ all: Int, usually few: Int) -> Int { isFull ? all : few }
}
