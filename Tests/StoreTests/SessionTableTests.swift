import TestSupport
import Testing

@testable import Store

@Suite struct SessionTableTests {
  private func withTable(_ body: (borrowing SessionTable) throws -> Void) async throws {
    try await withFolder { folder in try body(SessionTable(in: trusted(folder.path))) }
  }

  private func mark(
    _ answer: String, in table: borrowing SessionTable
  ) throws -> SessionTable.Mark {
    try table.mark(of: Array(answer.utf8).span, user: Array("alice".utf8).span)
  }

  private func finding(_ answer: String, in table: borrowing SessionTable) throws -> String {
    switch try table.claim(mark(answer, in: table), seconds: 900) {
    case .unknown: "unknown"
    case .underWay: "under way"
    case .right(_, let codeLength): "right \(codeLength)"
    case .over: "over"
    }
  }

  private func signIn(_ answer: String, in table: borrowing SessionTable) throws {
    _ = try finding(answer, in: table)
    try table.settle(mark(answer, in: table), codeLength: 6)
  }

  @Test func `an answer is claimed once, right when it was right, and unknown when it was not`()
    async throws
  {
    try await withTable { table in
      for answer in ["right", "wrong"] {
        try expect(finding(answer, in: table) == "unknown")
        try expect(finding(answer, in: table) == "under way")
      }
      try table.settle(mark("right", in: table), codeLength: 8)
      try table.settle(mark("wrong", in: table), codeLength: nil)
      try expect(finding("right", in: table) == "right 8")
      try expect(finding("wrong", in: table) == "unknown")
      try expect(table.end(Array("alice".utf8).span) == 1)
      try expect(finding("right", in: table) == "over")
    }
  }

  @Test func `an entry with a time that there is not is no more than a memory`() async throws {
    try await withFolder { folder in
      let table = try SessionTable(in: trusted(folder.path))
      let path = "\(folder.path)/sessions"
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

  @Test func `whoever tries answers, however many at once, ends no session`() async throws {
    try await withTable { table in
      for session in 1...8 {
        try signIn("session \(session)", in: table)
        for guess in 1...20 { try expect(finding("\(session) \(guess)", in: table) == "unknown") }
        for earlier in 1...session {
          try expect(finding("session \(earlier)", in: table) == "right 6")
        }
      }
      // There is no place left to note them in.
      try expect(finding("guess", in: table) == "unknown")
      try expect(finding("guess", in: table) == "unknown")
    }
  }

  @Test func `a sign-in that was crowded out is a session all the same`() async throws {
    try await withTable { table in
      try expect(finding("session", in: table) == "unknown")
      for guess in 1...20 { try expect(finding("\(guess)", in: table) == "unknown") }
      try table.settle(mark("session", in: table), codeLength: 6)
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
