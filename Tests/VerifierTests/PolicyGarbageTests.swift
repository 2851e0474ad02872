import Testing
import Verifier

/// A trap in the policy reader would end the host process: these tests only have to come to an end.
@Suite struct PolicyGarbageTests {
  private let good = Array(
    """
    # the administrators of the status page
    digits = 6
    window = 1
    unenrolled = allow
    enroll-by = 2026-12-31
    enroll-by.admins = 2026-10-31
    first-enroll = password
    required-groups = admins, "domain users"
    exempt-users = backup "runs \\"rsync\\"", "DOM\\\\svc" "Größe \u{10ffff}"
    exempt-groups = robots "no hands"
    door.sshd = ssh
    door.httpd = web
    throttle-after = 5
    throttle-first = 30
    throttle-longest = 900
    lock-after = 100
    unproven-account-limit = 50
    """.utf8)

  @Test func `a good policy with any bit flipped is read or refused`() {
    for place in good.indices {
      for bit in 0..<8 {
        var changed = good
        changed[place] ^= 1 << bit
        ask(changed)
      }
    }
  }

  @Test func `a good policy with any byte left out, doubled or cut off is read or refused`() {
    for place in good.indices {
      var changed = good
      changed.remove(at: place)
      ask(changed)
      changed = good
      changed.insert(good[place], at: place)
      ask(changed)
      ask(Array(good[..<place]))
      ask(Array(good[place...]))
    }
  }

  @Test func `each special byte at each place is read or refused`() {
    for place in good.indices {
      for byte in Array("\0\n\r\t \"\\,=#.-\u{7f}".utf8) + [0x80, 0xc2, 0xe0, 0xf0, 0xff] {
        var changed = good
        changed[place] = byte
        ask(changed)
      }
    }
  }

  @Test func `noise is refused`() {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    for round in 0..<2_000 {
      let noise = (0..<round % 700).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      ask(noise)
      ask(Array("exempt-users = ".utf8) + noise)
      ask(Array("exempt-users = \"".utf8) + noise)
    }
    for byte in UInt8.min...UInt8.max {
      ask([UInt8](repeating: byte, count: 512))
      ask([UInt8](repeating: byte, count: 16_384))
    }
  }

  @Test func `the unchanged policy is good`() {
    #expect(failure(of: good) == "fine")
  }

  /// Reads the bytes and asks whatever can be asked without a name service.
  private func ask(_ bytes: [UInt8]) {
    do throws(PolicyFailure) {
      let policy = try Policy(checking: bytes.span)
      _ = facts(policy)
      _ = policy.door(of: Array("httpd".utf8).span)
    } catch {
      #expect(error.line <= bytes.count + 1)
    }
  }
}
