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
    #expect(read(applied) == "8 " + text)
  }

  @Test(arguments: ["", "\n", "digits = 7", "#"])
  func `any policy can be applied and read again`(text: String) throws {
    #expect(read(try apply(text)).hasSuffix(" " + text))
  }

  @Test func `the largest policy fits the room that is promised`() throws {
    let text = String(repeating: "#\n", count: 8_192)
    let applied = try apply(text)
    #expect(applied.count == Policy.largestApplied)
    #expect(read(applied) == "6 " + text)
    #expect(read(applied + [35]) == "0: too large")
  }

  @Test func `a room that is too small is refused and left alone`() throws {
    let needed = try apply(text).count
    let length = try withPolicy(text) { policy in
      var room = [UInt8](repeating: 7, count: needed - 1)
      var span = room.mutableSpan
      do throws(PolicyFailure) {
        _ = try policy.writeApplied(into: &span)
        return "fine"
      } catch {
        #expect(room.allSatisfy { $0 == 7 })
        return words(error)
      }
    }
    #expect(length == "0: no room")
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
    try withPolicy(text) { policy in
      var room = [UInt8](repeating: 0, count: Policy.largestApplied)
      var span = room.mutableSpan
      let length = try policy.writeApplied(into: &span)
      return Array(room[..<length])
    }
  }

  /// An applied policy that nobody checked.
  private func sealed(_ text: String) throws -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var span = digest.mutableSpan
    try sha256(Array(text.utf8).span, into: &span)
    let hex = digest.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    return Array("# cachet-mfa policy 1 sha256=\(hex)\n\(text)".utf8)
  }

  private func read(_ bytes: [UInt8]) -> String {
    do throws(PolicyFailure) {
      let policy = try Policy(applied: bytes.span)
      let text = policy.withBytes { (bytes: Span<UInt8>) in string(bytes) }
      return "\(policy.digits) \(text)"
    } catch {
      return words(error)
    }
  }
}
