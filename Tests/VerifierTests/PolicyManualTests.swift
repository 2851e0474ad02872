import Foundation
import Testing
import Verifier

@Suite struct PolicyManualTests {
  private let manual: String

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    manual = try String(
      contentsOf: root.appending(path: "docs/man/cachet-mfa-policy.5"), encoding: .utf8)
  }

  @Test(arguments: (0...UInt8.max).compactMap { PolicyKey(rawValue: $0) })
  func `the manual has every key with its range and its default`(key: PolicyKey) throws {
    let heading = ".It Ic \(key.name)"
    let line = try #require(
      manual.split(separator: "\n").first {
        $0.hasPrefix(heading + " ") || key == .door && $0.hasPrefix(heading)
      })
    if let range = key.range {
      #expect(line.hasSuffix(" Ar \(range.lowerBound)..\(range.upperBound)"))
      let text = manual.components(separatedBy: line)[1].components(separatedBy: "\n.It ")[0]
      #expect(text.contains("default \(try standard(of: key).map(String.init) ?? "none")"))
    }
  }

  @Test func `the example of the manual is a good policy`() throws {
    let after = manual.components(separatedBy: ".Sh EXAMPLES")[1]
    let example = after.components(separatedBy: ".Bd -literal -offset indent\n")[1]
      .components(separatedBy: ".Ed")[0]
    #expect(failure(of: example) == "fine")
  }

  /// What an empty policy answers for a number, if it has one.
  private func standard(of key: PolicyKey) throws -> Int? {
    let facts = try facts(of: "")
    return switch key {
    case .digits: facts.digits
    case .window: facts.window
    case .throttleAfter: facts.throttle[0]
    case .throttleFirst: facts.throttle[1]
    case .throttleLongest: facts.throttle[2]
    case .session: nil
    case .lockAfter: facts.throttle[3]
    default: facts.throttle[4]
    }
  }
}
