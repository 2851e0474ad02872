import Foundation

/// A process that stands still, as by SIGSTOP, at a place of the test's choosing.
extension TestHost {
  /// How many system calls `su target` by `user` makes, from its execve to its end.
  public func systemCallsOfSu(
    _ user: String, to target: String, _ dialogue: [(expect: String, answer: String)]
  ) async throws -> Int {
    let report = "/run/calls"
    _ = try await run("rm", "-f", report)
    _ = try await terminal(dialogue, su(user, to: target, ["--report", report]))
    let line = read(report).split(separator: "\n").last { $0.hasPrefix("calls ") }
    return line.flatMap { Int($0.dropFirst(6)) } ?? 0
  }

  /// Lets `user` become `target` by su, holds that su before its n-th system call while `body`
  /// runs, and kills it then.
  ///
  /// - Returns: the number of the system call, or `nil` when su had ended before, `body` not run.
  public func holding(
    _ user: String, su target: String, _ dialogue: [(expect: String, answer: String)],
    at n: Int, _ body: () async throws -> Void
  ) async throws -> Int? {
    let report = "/run/held"
    _ = try await run("rm", "-f", report)
    let words = su(user, to: target, ["--at", "\(n)", "--do", "hold", "--report", report])
    async let held = terminal(dialogue, words, within: 60)
    var call: Int?
    for _ in 0..<1500 {
      let lines = read(report).split(separator: "\n")
      if lines.contains(where: { $0.hasPrefix("held ") }) {
        call = lines.first { $0.hasPrefix("did ") }.flatMap { Int($0.dropFirst(4)) }
        break
      }
      if lines.contains(where: { $0.hasPrefix("calls ") }) { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    do {
      if call != nil { try await body() }
    } catch {
      _ = try await run("rm", "-f", report)
      _ = try await held
      throw error
    }
    _ = try await run("rm", "-f", report)
    _ = try await held
    return call
  }

  /// Lets `user` become `target` by su, and stops that su before every system call that the module
  /// makes, or has made for it; `body` runs at each stop.
  ///
  /// The su lives some hours ahead: sign-ins that `body` lets happen at later and later times would
  /// otherwise make its clock insane, and end it early.
  ///
  /// - Returns: how many stops there were.
  public func stopping(
    _ user: String, su target: String, _ dialogue: [(expect: String, answer: String)],
    _ body: (_ call: Int) async throws -> Void
  ) async throws -> Int {
    let report = "/run/stopped"
    let words = su(
      user, to: target,
      ["--inside", "pam_cachet_mfa.so", "--at", "1", "--do", "walk", "--report", report])
    let ahead = ["/usr/bin/env", "TEST_CLOCK=@\(now + 36_000)"]
    async let stopped = terminal(dialogue, ahead + words, within: 900)
    var stops = 0
    do {
      while let call = try await stop(report) {
        stops += 1
        try await body(call)
        try write("", to: report)
      }
    } catch {
      try FileManager.default.removeItem(at: path(report))
      _ = try await stopped
      throw error
    }
    _ = try await stopped
    try FileManager.default.removeItem(at: path(report))
    return stops
  }

  /// The number of the system call at which the tracer stands; `nil` when the program has ended.
  private func stop(_ report: String) async throws -> Int? {
    for _ in 0..<2000 {
      let lines = read(report).split(separator: "\n")
      if lines.contains(where: { $0.hasPrefix("held ") }) {
        return lines.first { $0.hasPrefix("did ") }.flatMap { Int($0.dropFirst(4)) }
      }
      if lines.contains(where: { $0.hasPrefix("calls ") }) { return nil }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw NotOpened(why: "su neither stopped nor ended")
  }

  /// The tracer stays root, so that su keeps its privilege; the person is `user` in all respects.
  private func su(_ user: String, to target: String, _ options: [String]) -> [String] {
    ["/opt/build/test/atcall", "--execs", "2"] + options + [
      "--", "/usr/bin/setpriv", "--reuid", user, "--regid", user, "--init-groups",
      "/bin/su", target, "-c", "true",
    ]
  }
}
