import Foundation
import OTP
import Store
import Testing

@testable import Verifier

/// What sign-ins read of a policy: `policy.applied.compiled`, byte by byte as docs/formats.md has it.
@Suite struct PolicyFormTests {
  /// Every key.
  private static let whole = """
    # Größe
    digits = 8
    window = 2
    unenrolled = allow
    enroll-by = 2026-12-31
    enroll-by.admins = 2026-10-31
    first-enroll = password
    required-groups = admins, "domain users"
    exempt-users = backup "runs \\"rsync\\"", "DOM\\\\svc" "Größe"
    exempt-groups = robots "no hands"
    door.sshd = ssh
    door.httpd = web
    session.grafana = 43200
    broker-allow = www-data : grafana : staff
    self-services = swaylock, i3lock
    throttle-after = 6
    throttle-first = 40
    throttle-longest = 800
    lock-after = 90
    unproven-account-limit = 4000
    """

  @Test func `each byte is where the page of formats says`() throws {
    let text = """
      digits = 7
      window = 0
      throttle-first = 258
      enroll-by = 2026-12-31
      exempt-users = bob "key \\"a\\" only"
      door.sshd = ssh
      session.cachet-admin = 900
      enroll-by.staff = 2026-10-31
      broker-allow = www-data : cachet-admin : admins
      required-groups = admins
      """
    let form = try form(of: text)
    #expect(Array(form[..<8]) == Array("CMFAPO2\n".utf8))
    #expect(Array(form[8..<40]) == digest(form[40...]))
    #expect(Array(form[40..<72]) == digest(text.utf8))
    let settings: [UInt8] = [7, 0, 0, 0, 5, 100, 0, 50] + [0, 0, 1, 2] + [0, 0, 3, 132]
    #expect(Array(form[72..<96]) == settings + bytes(of: seconds("2027-01-01T00:00:00Z")))
    let grace = bytes(of: seconds("2026-11-01T00:00:00Z"))
    let entries: [[UInt8]] = [
      entry(.exemptUsers, "bob", Array("key \"a\" only".utf8)),
      entry(.door, "sshd", [Door.ssh.rawValue]),
      entry(.session, "cachet-admin", [0, 0, 3, 132]),
      entry(.enrollByGroup, "staff", grace),
      entry(.brokerAllow, "cachet-admin", [8] + Array("www-dataadmins".utf8)),
      entry(.requiredGroups, "admins", []),
    ]
    #expect(Array(form[96...]) == entries.flatMap { $0 })
  }

  @Test func `it answers as the text does`() throws {
    let read = try read(form(of: PolicyFormTests.whole))
    #expect(read == "\(try facts(of: PolicyFormTests.whole))")
    #expect(read.contains("broker-allow grafana: www-data staff"))
    #expect(read.contains("session. grafana: 43200"))
    #expect(try self.read(form(of: "")) == "\(PolicyFacts())")
  }

  @Test func `no flipped bit, no cut and nothing behind it is a policy`() throws {
    let form = try form(of: PolicyFormTests.whole)
    for place in form.indices {
      for bit in 0..<8 {
        var changed = form
        changed[place] ^= 1 << bit
        let expected = place < 8 ? "not applied" : "changed since applied"
        #expect(read(changed) == "0: \(expected)", "\(place)")
      }
    }
    for count in form.indices.dropFirst() {
      let expected = count < 96 ? "not applied" : "changed since applied"
      #expect(read(Array(form[..<count])) == "0: \(expected)", "\(count)")
    }
    #expect(read(form + [0]) == "0: changed since applied")
  }

  @Test func `what a later version may write, digest and all, is no policy of this one`() throws {
    let form = try form(of: "door.sshd = ssh\n")
    #expect(read(form).contains("door. sshd: ssh"))
    let later: [(String, ([UInt8]) -> [UInt8])] = [
      ("a key", { $0 + self.entry(200, "sshd", []) }),
      ("an entry without a name", { $0 + self.entry(PolicyKey.requiredGroups.rawValue, "", []) }),
      (
        "an entry that ends too early",
        { $0 + self.entry(.requiredGroups, "admins", []).dropLast() }
      ),
      ("an entry of two bytes", { $0 + [PolicyKey.requiredGroups.rawValue, 1] }),
      ("a longer detail", { $0 + self.entry(.requiredGroups, "admins", [1]) }),
      (
        "a session of eight bytes",
        { $0 + self.entry(.session, "a", Array(repeating: 0, count: 8)) }
      ),
      ("an exemption without a reason", { $0 + self.entry(.exemptUsers, "bob", []) }),
      ("a rule without a group", { $0 + self.entry(.brokerAllow, "a", [1, 65]) }),
      ("a rule that ends in its peer", { $0 + self.entry(.brokerAllow, "a", [9, 65, 65]) }),
      ("a kind of door", { $0 + self.entry(.door, "a", [200]) }),
      ("a setting as an entry", { $0 + self.entry(.digits, "a", [6]) }),
      ("nine digits", { self.setting($0, 0, 9) }),
      ("a window of 11", { self.setting($0, 1, 11) }),
      ("another word for the unenrolled", { self.setting($0, 2, 2) }),
      ("no end of what is allowed", { self.setting($0, 2, 1) }),
      ("another way to enrol", { self.setting($0, 3, 2) }),
      ("no attempts", { self.setting($0, 4, 0) }),
      ("no attempts until the lock", { self.setting($0, 5, 0) }),
      ("an end before the epoch", { self.setting($0, 16, 0x80) }),
    ]
    for (name, change) in later {
      #expect(read(sealed(change(form))) == "0: not applied", "\(name)")
    }
    // A form that nobody changed is read when it is sealed here.
    #expect(read(sealed(form)) == read(form))
  }

  @Test func `the largest policy has a form`() throws {
    // Most entries of the shortest text, in three lists, and comments to the end.
    var text = ""
    for key in ["required-groups", "self-services"] {
      text += (0..<128).map { "\(key) = g\($0)\n" }.joined()
    }
    text += (0..<128).map { "door.s\($0) = web\n" }.joined()
    text += String(repeating: "#\n", count: (Policy.largest - text.utf8.count) / 2)
    #expect(try read(form(of: text)).contains("self-services g127: "))
    // An entry is never longer than its line and the four bytes that the reserve has for it.
    #expect(PolicyForm.largest - PolicyForm.entries - Policy.largest >= 4 * 128 * 8)
  }

  // MARK: forms by hand

  private func entry(_ key: PolicyKey, _ name: String, _ detail: [UInt8]) -> [UInt8] {
    entry(key.rawValue, name, detail)
  }

  private func entry(_ key: UInt8, _ name: String, _ detail: [UInt8]) -> [UInt8] {
    let length = [UInt8(detail.count >> 8), UInt8(detail.count & 0xff)]
    return [key, UInt8(name.utf8.count)] + length + Array(name.utf8) + detail
  }

  private func setting(_ form: [UInt8], _ place: Int, _ value: UInt8) -> [UInt8] {
    var changed = form
    changed[PolicyForm.settings + place] = value
    return changed
  }

  /// The form with a digest that fits.
  private func sealed(_ form: [UInt8]) -> [UInt8] {
    Array(form[..<8]) + digest(form[40...]) + Array(form[40...])
  }

  private func digest(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    var span = digest.mutableSpan
    try? sha256(Array(bytes).span, into: &span)
    return digest
  }

  private func bytes(of number: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }

  private func seconds(_ time: String) -> Int64 {
    (try? Date(time, strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) } ?? 0
  }

  /// What a form answers, or why it is none.
  private func read(_ bytes: [UInt8]) -> String {
    do throws(PolicyFailure) {
      let room = try SecretBytes(count: bytes.count, or: PolicyFailure(.noRoom, line: 0)) {
        (room: inout MutableSpan<UInt8>) throws(PolicyFailure) in
        copy(bytes.span, into: &room)
      }
      return "\(facts(try Policy(PolicyForm(verifying: room))))"
    } catch {
      return words(error)
    }
  }
}
