import TestSupport
import Testing

@testable import Store

@Suite struct SessionTableTests {
  private func withTable(_ body: (borrowing SessionTable) throws -> Void) async throws {
    try await withFolder { folder in try body(SessionTable(in: trusted(folder.path))) }
  }

  private func mark(
    _ answer: String, from origin: String = "here", in table: borrowing SessionTable
  ) throws -> SessionTable.Mark {
    try table.mark(
      of: Array(answer.utf8).span, user: Array("alice".utf8).span, from: Array(origin.utf8).span)
  }

  private func finding(_ answer: String, in table: borrowing SessionTable) throws -> String {
    switch try table.claim(mark(answer, in: table), seconds: 900) {
    case .unknown(let ticket): ticket.ended > 0 ? "unknown, ends \(ticket.ended)" : "unknown"
    case .underWay: "under way"
    case .right(_, let codeLength): "right \(codeLength)"
    case .over: "over"
    }
  }

  /// Claims and settles an answer; what it came to.
  @discardableResult
  private func evaluate(
    _ answer: String, from origin: String = "here", isRight: Bool, in table: borrowing SessionTable
  ) throws -> String {
    let mark = try mark(answer, from: origin, in: table)
    guard case .unknown(let ticket) = try table.claim(mark, seconds: 900) else { return "known" }
    try table.settle(mark, ticket, codeLength: isRight ? 6 : nil)
    return "ends \(ticket.ended)"
  }

  private func signIn(_ answer: String, in table: borrowing SessionTable) throws {
    try evaluate(answer, isRight: true, in: table)
  }

  @Test func `an answer is claimed once, right when it was right, and unknown when it was not`()
    async throws
  {
    try await withTable { table in
      for (answer, codeLength) in [("right", 8), ("wrong", nil)] {
        let mark = try mark(answer, in: table)
        guard case .unknown(let ticket) = try table.claim(mark, seconds: 900) else {
          Issue.record("known already")
          return
        }
        try expect(finding(answer, in: table) == "under way")
        try table.settle(mark, ticket, codeLength: codeLength)
      }
      try expect(finding("right", in: table) == "right 8")
      try expect(finding("wrong", in: table) == "unknown")
      try expect(table.end(Array("alice".utf8).span) == 1)
      try expect(finding("right", in: table) == "over")
    }
  }

  @Test func `an entry with an impossible time is no more than a memory`() async throws {
    try await withFolder { folder in
      let table = try SessionTable(in: trusted(folder.path))
      let path = "\(folder.path)/web-sessions"
      var bytes = try contents(path)
      for entry in stride(from: SessionTable.header, to: bytes.count, by: SessionSet.entry) {
        bytes[entry + 16] = 0x80
        bytes[entry + 24] = SessionSet.State.underWay
      }
      try overwrite(path, bytes)
      try expect(finding("answer", in: table) == "unknown")
      try expect(finding("answer", in: table) == "under way")
    }
  }

  @Test func `wrong answers from elsewhere, however many at once, end no session`() async throws {
    try await withTable { table in
      for session in 1...8 {
        try signIn("session \(session)", in: table)
        for guess in 1...20 {
          try expect(
            evaluate("\(session) \(guess)", from: "elsewhere", isRight: false, in: table)
              == "ends 0")
        }
        for earlier in 1...session {
          try expect(finding("session \(earlier)", in: table) == "right 6")
        }
      }
      // There is no place left to note them in.
      for _ in 1...2 {
        try expect(evaluate("guess", from: "elsewhere", isRight: false, in: table) == "ends 0")
      }
    }
  }

  @Test func `the fifth wrong answer from a session's own origin ends it, a repeated one is one`()
    async throws
  {
    try await withTable { table in
      for session in ["one", "two"] { try signIn(session, in: table) }
      for guess in 1...4 {
        for _ in 1...3 {
          try expect(evaluate("\(guess)", isRight: false, in: table) == "ends 0")
        }
      }
      for session in ["one", "two"] { try expect(finding(session, in: table) == "right 6") }
      try expect(evaluate("5", isRight: false, in: table) == "ends 2")
      for session in ["one", "two"] { try expect(finding(session, in: table) == "over") }
    }
  }

  @Test func `guesses that are compared at once are counted before any of them is evaluated`()
    async throws
  {
    try await withTable { table in
      try signIn("session", in: table)
      for guess in 1...4 { try expect(finding("\(guess)", in: table) == "unknown") }
      try expect(finding("5", in: table) == "unknown, ends 1")
      try expect(finding("session", in: table) == "over")
    }
  }

  @Test func `a right answer is no miss: more browsers of one user leave each other in`()
    async throws
  {
    try await withTable { table in
      for session in 1...7 { try signIn("session \(session)", in: table) }
      for session in 1...7 {
        try expect(finding("session \(session)", in: table) == "right 6")
      }
    }
  }

  @Test func `a sign-in that was crowded out is a session all the same`() async throws {
    try await withTable { table in
      let mark = try mark("session", in: table)
      guard case .unknown(let ticket) = try table.claim(mark, seconds: 900) else {
        Issue.record("known already")
        return
      }
      for guess in 1...20 { try expect(finding("\(guess)", in: table) == "unknown") }
      try table.settle(mark, ticket, codeLength: 6)
      try expect(finding("session", in: table) == "right 6")
    }
  }

  @Test func `the ninth session takes the place of another`() async throws {
    try await withTable { table in
      for session in 1...9 { try signIn("session \(session)", in: table) }
      try expect(table.count(of: Array("alice".utf8).span, seconds: 900) == 8)
      try expect(finding("session 9", in: table) == "right 6")
    }
  }
}
