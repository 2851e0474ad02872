import Foundation
import Testing
import Verifier

/// `reason` in the journal and in self-service's replies.
struct ReasonTests {
  private static let all = (UInt8.min...UInt8.max).prefix { Reason(rawValue: $0) != nil }
    .compactMap { Reason(rawValue: $0) }

  @Test func `each has a name, by which it is found again, and no other`() {
    #expect(ReasonTests.all.last == .guessed)
    #expect(Set(ReasonTests.all.map { "\($0.name)" }).count == ReasonTests.all.count)
    for reason in ReasonTests.all {
      #expect(Reason(name: Array("\(reason.name)".utf8).span) == reason)
    }
    for other in ["", "cod", "codes", "store credentials", "Code"] {
      #expect(Reason(name: Array(other.utf8).span) == nil)
    }
  }

  @Test func `the manual lists what the journal may say, and nothing else`() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/man/pam_cachet_mfa.8"), encoding: .utf8)
    let list = try #require(page.components(separatedBy: "is one of:").last)
      .components(separatedBy: ".El")[0]
    let listed = list.split(separator: "\n").filter { $0.hasPrefix(".It ") }
      .flatMap { $0.dropFirst(4).components(separatedBy: " , ") }
    // The one stands in replies alone, and who passes the account phase has no line.
    let told = ReasonTests.all.filter { $0 != .unmarked && $0 != .invited }
    #expect(Set(listed) == Set(told.map { "\($0.name)" }))
    #expect(Set(listed).count == listed.count)
  }
}
