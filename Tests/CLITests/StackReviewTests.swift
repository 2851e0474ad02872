import Foundation
import TestSupport
import Testing

@testable import CachetMFA

/// What is said about the stacks of a host: ways past our lines, and nothing where there is none.
@Suite("The stacks of a host")
struct StackReviewTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var service = "sshd"
    /// Beside Debian's, or in their place.
    var files: [String: String]
    /// Kind, culprit and line, as `spelled` puts them.
    var findings: [String] = []
    var testDescription: String { name }
  }

  @Test("every way past our lines is named, and no other", arguments: cases)
  func findings(_ row: Case) async throws {
    try await withFolder { folder in
      let files = Self.debian.merging(row.files) { $1 }
      for (name, text) in files { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      let service = row.files["sudo"] == nil ? row.service : "sudo"
      let found = try review(service, folder)
      #expect(found == row.findings)
    }
  }

  @Test(
    "the recipes, in the files that they are for, leave no way",
    arguments: [
      "sshd", "sshd-key", "su", "sudo", "sudo-targetpw", "login", "cockpit",
    ])
  func recipes(_ name: String) async throws {
    try await withFolder { folder in
      for (name, text) in Self.debian { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      let service = name.split(separator: "-").first.map(String.init) ?? name
      let text = try String(
        contentsOf: Built.package.appending(path: "pam/recipes/\(name)"), encoding: .utf8)
      try folder.write(text, to: "etc/pam.d/\(service)")
      #expect(try review(service, folder) == [])
      // Where a password alone is enough for common-auth, all but sudo's are closed.
      try folder.write(Self.sufficient + "\n", to: "etc/pam.d/common-auth")
      let isSudo = service == "sudo"
      let found = try review(service, folder)
      #expect(
        found == (isSudo ? ["auth skipped by common-auth:1 (sudo:\(line(text)))"] : []))
    }
  }

  /// Where our auth line is.
  private func line(_ text: String) -> Int {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return 1 + (lines.firstIndex { $0.hasPrefix("auth") && $0.contains("pam_cachet_mfa") } ?? -1)
  }

  @Test("a service of a package's, and its lines of any case, are read as well")
  func places() async throws {
    try await withFolder { folder in
      for (name, text) in Self.debian { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      try folder.write(
        "-AUTH [SUCCESS=ok default=die] /usr/lib/security/pam_cachet_mfa.so\nAccount Include common-account\n",
        to: "usr/lib/pam.d/door")
      // "SUCCESS" is no word of libpam's: then all is bad.
      #expect(try review("door", folder) == ["account missing"])
      try folder.write(Self.sound, to: "etc/pam.d/door")
      #expect(try review("door", folder) == [])
      #expect(Stack(of: "nowhere", in: StackFiles(root: folder.path)) == nil)
    }
  }

  private func review(_ service: String, _ folder: TemporaryFolder) throws -> [String] {
    let stack = try #require(Stack(of: service, in: StackFiles(root: folder.path)))
    return StackReview(of: service, stack).findings().map(spelled)
  }

  private func spelled(_ finding: StackReview.Finding) -> String {
    func place(_ place: Stack.Place) -> String {
      "\(place.file.split(separator: "/").last ?? ""):\(place.line)"
    }
    return switch finding {
    case .missing(.none): "missing"
    case .missing(let kind?): "\(kind) missing"
    case .skipped(let kind, let by, let ours):
      "\(kind) skipped by \(place(by.place)) (\(place(ours.place)))"
    case .overruled(let kind, let ours): "\(kind) overruled (\(place(ours.place)))"
    case .unproven(let ours, let failing):
      "unproven by \(failing.map { place($0.place) } ?? "no line") (\(place(ours.place)))"
    case .broken(let line): "broken \(place(line))"
    case .unclear(let line): "unclear \(place(line))"
    }
  }
}
