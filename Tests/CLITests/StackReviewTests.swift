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
      let nowhere = try #require(Stack(of: "nowhere", in: StackFiles(root: folder.path)))
      #expect(!nowhere.hasFile && nowhere.file.hasSuffix("/etc/pam.d/other"))
      try FileManager.default.removeItem(atPath: folder.path("etc/pam.d/other"))
      #expect(Stack(of: "nowhere", in: StackFiles(root: folder.path)) == nil)
    }
  }

  @Test("a program with two services is looked at by both, also where one has no file")
  func pairs() async throws {
    let root = "account [success=1 default=ignore] pam_succeed_if.so quiet ruser = root\n"
    let sudo = Self.sound.replacing(
      "account required pam_cachet", with: root + "account required pam_cachet")
    try await withFolder { folder in
      for (name, text) in Self.debian { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      try folder.write(Self.sound, to: "etc/pam.d/sshd")
      try folder.write(sudo, to: "etc/pam.d/sudo")
      func told() -> [String] { doubts(["sshd"], folder) }
      #expect(
        told().count == 1 && told()[0].hasPrefix("sudo-i: it has no file of its own and follows"))
      try folder.write("@include common-auth\n@include common-account\n", to: "etc/pam.d/sudo-i")
      #expect(
        told() == [
          "sudo-i: no line in /etc/pam.d/sudo-i asks pam_cachet_mfa.so, so no code is needed there"
        ])
      // As Debian's su-l has it: what it includes is a service of its own all the same.
      try folder.write(sudo, to: "etc/pam.d/sudo-i")
      try folder.write(Self.debian["other"] ?? "", to: "etc/pam.d/su")
      try folder.write("auth include su\naccount include su\n", to: "etc/pam.d/su-l")
      #expect(told() == [])
      try folder.write(Self.sound, to: "etc/pam.d/su-l")
      #expect(told().map { $0.prefix(4) } == ["su: "])
    }
  }

  @Test("our lines in a file that services include are looked at where they are included")
  func helpers() async throws {
    try await withFolder { folder in
      for (name, text) in Self.debian { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      for name in ["common-mfa", "mfa"] {
        try folder.write(Self.ours + "\n", to: "etc/pam.d/\(name)")
        try folder.write(
          "auth sufficient pam_unix.so\n@include \(name)\n@include common-account\n",
          to: "etc/pam.d/door")
        let told = doubts([], folder)
        #expect(told.count == 3 && told.allSatisfy { $0.hasPrefix("door: ") }, "\(told)")
        try FileManager.default.removeItem(atPath: folder.path("etc/pam.d/\(name)"))
      }
    }
  }

  @Test("what cannot be read or is too much is said, and not called good")
  func unjudged() async throws {
    try await withFolder { folder in
      for (name, text) in Self.debian { try folder.write(text + "\n", to: "etc/pam.d/\(name)") }
      try folder.write(
        String(repeating: "# long\n", count: 200_000) + Self.sound, to: "etc/pam.d/sshd")
      #expect(doubts(["sshd"], folder).map { $0.hasSuffix("it was not judged") } == [true])
      // Twice itself is 2^16 files; a chain is as deep as libpam 1.7 goes, and deeper.
      try folder.write("\(Self.sound)@include sshd\n@include sshd\n", to: "etc/pam.d/sshd")
      #expect(try review("sshd", folder) == ["deep sshd:6", "deep sshd:7"])
      for n in 1...40 {
        try folder.write("@include deep\(n + 1)\n@include deep\(n + 1)\n", to: "etc/pam.d/deep\(n)")
      }
      try folder.write("auth sufficient pam_permit.so\n", to: "etc/pam.d/deep41")
      try folder.write("@include deep30\n\(Self.sound)", to: "etc/pam.d/sshd")
      #expect(try review("sshd", folder) == ["many sshd:1"])
      for n in 1...40 { try folder.write("@include deep\(n + 1)\n", to: "etc/pam.d/deep\(n)") }
      try folder.write("@include deep20\n\(Self.sound)", to: "etc/pam.d/sshd")
      #expect(try review("sshd", folder).last == "deep sshd:1")
      let jumps = (1...200).map {
        "auth optional pam_cachet_mfa.so\nauth [success=\($0 % 3 + 1) ignore=\($0 % 5 + 1) default=\($0 % 7 + 1)] pam_unix.so\n"
      }.joined()
      try folder.write(jumps + Self.sound, to: "etc/pam.d/sshd")
      #expect(try review("sshd", folder).first == "many sshd:1")
      try FileManager.default.removeItem(atPath: folder.path("etc/pam.d"))
      #expect(doubts(["sshd"], folder).map { $0.hasPrefix("there is no /etc/pam.d") } == [true])
    }
  }

  private func doubts(_ named: [String], _ folder: TemporaryFolder) -> [String] {
    StackCheck(StackFiles(root: folder.path)).doubts(named).map {
      $0.words.replacing(folder.path, with: "")
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
    case .unclear(let unclear): "\(unclear.reason) \(place(unclear.place))"
    }
  }
}
