import OTP
import Testing
import Verifier

@Suite struct PolicyAppliedTests {
  private let text = "# our policy\ndigits = 8\nrequired-groups = admins\n"
  // printf '%s' TEXT | sha256sum
  private let hash = "0a5171f3c62df4c87657835885891e70ba735ec1370f71985f13eabd3e55fb1c"
  private var header: String { "# cachet-mfa policy 1 sha256=\(hash)\n" }

  @Test func `an applied policy is its text below a line with its hash`() throws {
    let applied = try apply(text)
    #expect(String(decoding: applied, as: UTF8.self) == header + text)
    #expect(read(applied) == "8 " + hash)
  }

  @Test(arguments: ["", "\n", "digits = 7", "#"])
  func `any policy can be applied and read again`(text: String) throws {
    #expect(read(try apply(text)) == (text == "digits = 7" ? "7" : "6") + " " + (try digest(text)))
  }

  @Test func `the largest policy fits the room that is promised`() throws {
    let text = String(repeating: "#\n", count: 8_192)
    let applied = try apply(text)
    #expect(applied.count == PolicyAppliedText.largest)
    #expect(read(applied) == "6 " + (try digest(text)))
    #expect(read(applied + [35]) == "0: too large")
  }

  @Test func `a room that is too small is refused and left alone`() throws {
    let needed = try apply(text).count
    var room = [UInt8](repeating: 7, count: needed - 1)
    var span = room.mutableSpan
    do throws(PolicyFailure) {
      _ = try PolicyAppliedText.write(Array(text.utf8).span, into: &span)
      Issue.record("it fits")
    } catch {
      #expect(room.allSatisfy { $0 == 7 })
      #expect(words(error) == "0: no room")
    }
  }

  @Test func `a changed byte anywhere is seen`() throws {
    let applied = try apply(text)
    let headerLength = header.utf8.count
    for place in applied.indices {
      for bit in 0..<8 {
        var changed = applied
        changed[place] ^= 1 << bit
        let stated = headerLength - 65..<headerLength - 1
        let expected =
          place < headerLength && !stated.contains(place) ? "not applied" : "changed since applied"
        #expect(read(changed) == "0: \(expected)")
      }
    }
  }

  @Test func `a file cut short or made longer is seen`() throws {
    let applied = try apply(text)
    for count in applied.indices {
      let expected = count < header.utf8.count ? "not applied" : "changed since applied"
      #expect(read(Array(applied[..<count])) == "0: \(expected)")
    }
    #expect(read(applied + [10]) == "0: changed since applied")
  }

  @Test func `upper-case digits, another version and bare text are not applied policies`() throws {
    let applied = String(decoding: try apply(text), as: UTF8.self)
    let upper = applied.replacing(hash, with: hash.uppercased())
    #expect(read(Array(upper.utf8)) == "0: changed since applied")
    let next = applied.replacing("policy 1", with: "policy 2")
    #expect(read(Array(next.utf8)) == "0: not applied")
    #expect(read(Array(text.utf8)) == "0: not applied")
    #expect(read([]) == "0: not applied")
  }

  @Test func `a hash over a bad policy does not make it good, and the line is that of the policy`()
    throws
  {
    #expect(read(try sealed("\ndigits = 9\n")) == "2: bad value of digits '9'")
  }

  private func apply(_ text: String) throws -> [UInt8] {
    var room = [UInt8](repeating: 0, count: PolicyAppliedText.largest)
    var span = room.mutableSpan
    let length = try PolicyAppliedText.write(Array(text.utf8).span, into: &span)
    return Array(room[..<length])
  }

  /// An applied policy that nobody checked.
  private func sealed(_ text: String) throws -> [UInt8] {
    Array("# cachet-mfa policy 1 sha256=\(try digest(text))\n\(text)".utf8)
  }

  private func digest(_ text: String) throws -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var span = digest.mutableSpan
    try sha256(Array(text.utf8).span, into: &span)
    return hex(digest)
  }

  private func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// What is read: the digits of a code, and the digest of the text.
  private func read(_ bytes: [UInt8]) -> String {
    do throws(PolicyFailure) {
      let policy = try PolicyAppliedText.policy(bytes.span)
      let source = policy.withForm { (form: Span<UInt8>) in (40..<72).map { form[$0] } }
      return "\(policy.digits) \(hex(source))"
    } catch {
      return words(error)
    }
  }
}
