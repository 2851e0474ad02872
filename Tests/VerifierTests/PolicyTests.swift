import Store
import Testing
import Verifier

@Suite struct PolicyTests {
  @Test(arguments: [
    "", "\n", "\n\n  \n\t\n", "# nothing", "#\n", "  # digits = 8\n", "#digits = 9", "# Grüße\n",
  ])
  func `a policy that says nothing has the defaults`(text: String) throws {
    #expect(try facts(of: text) == PolicyFacts())
  }

  @Test(arguments: [
    "digits=8", "digits = 8", "  digits\t=\t8  ", "digits =8\n", "\n\n# eight\ndigits = 8\n\n",
  ])
  func `blanks around words do not count`(text: String) throws {
    #expect(try facts(of: text) == PolicyFacts(digits: 8))
  }

  @Test(arguments: [
    (PolicyKey.digits, 6, 8), (.window, 0, 10), (.throttleAfter, 1, 10),
    (.throttleFirst, 1, 900), (.throttleLongest, 30, 86_400), (.lockAfter, 10, 100),
    (.unprovenAccountLimit, 20, 4_000),
  ])
  func `a number is taken from its least to its greatest`(
    key: PolicyKey, least: Int, greatest: Int
  ) throws {
    for value in [least, (least + greatest) / 2, greatest] {
      let seen = try facts(of: "\(key.name) = \(value)\n")
      let expected =
        switch key {
        case .digits: PolicyFacts(digits: value)
        case .window: PolicyFacts(window: value)
        case .throttleAfter: PolicyFacts(throttle: [value, 30, 900, 100, 50])
        case .throttleFirst: PolicyFacts(throttle: [5, value, 900, 100, 50])
        case .throttleLongest: PolicyFacts(throttle: [5, 30, value, 100, 50])
        case .lockAfter: PolicyFacts(throttle: [5, 30, 900, value, 50])
        default: PolicyFacts(throttle: [5, 30, 900, 100, value])
        }
      #expect(seen == expected)
    }
    let range = try #require(key.range)
    for value in [
      "\(range.lowerBound - 1)", "\(range.upperBound + 1)", "", "-1", "+6", "07", "6.0", "six",
      "6 6",
      "4294967302", "18446744073709551622", "\"6\"", "6 # six", "６", "0x6",
    ] {
      let quoted = value == "６" ? "???" : value
      #expect(
        failure(of: "\n\(key.name) = \(value)\n") == "2: bad value of \(key.name) '\(quoted)'")
    }
  }

  @Test func `the first wait may be as long as the longest and no longer`() throws {
    #expect(
      try facts(of: "throttle-first = 3600\nthrottle-longest = 3600\n").throttle
        == [5, 3_600, 3_600, 100, 50])
    #expect(
      failure(of: "throttle-longest = 59\n\nthrottle-first = 60\n") == "3: longest below first")
    #expect(failure(of: "throttle-first = 901\n") == "1: longest below first")
    #expect(failure(of: "\nthrottle-longest = 29\n") == "2: longest below first")
  }

  @Test func `words are taken as they are written and no other`() throws {
    let date = "enroll-by = 2026-12-31\n"
    #expect(try !facts(of: "unenrolled = deny\n").unenrolledAllowed)
    #expect(try facts(of: date + "unenrolled = allow\n").unenrolledAllowed)
    #expect(try facts(of: "first-enroll = invitation\n").firstEnroll == .invitation)
    #expect(try facts(of: date + "first-enroll = password\n").firstEnroll == .password)
    for key in ["unenrolled", "first-enroll"] {
      for value in ["", "yes", "Allow", "allow,deny", "\"allow\"", "allow deny"] {
        #expect(failure(of: "\(key) = \(value)") == "1: bad value of \(key) '\(value)'")
      }
    }
  }

  @Test(arguments: ["unenrolled = allow", "first-enroll = password"])
  func `a grace needs an end for everybody`(line: String) throws {
    let key = line.prefix { $0 != " " }
    #expect(failure(of: "\n\(line)\n") == "2: grace without end by \(key)")
    #expect(
      failure(of: "enroll-by.admins = 2026-01-01\n\(line)\n") == "2: grace without end by \(key)")
    #expect(failure(of: "\(line)\nenroll-by = 2026-01-01\n") == "fine")
  }

  @Test(arguments: [
    ("sshd", Door.ssh), ("SSHD", .ssh), ("apache", .web), ("cockpit", .web), ("Cockpit", .web),
    ("sudo-i", .local), ("kde@1", .self), ("su", .local), ("", .local), ("sshd2", .local),
  ])
  func `a service comes in by the door that the policy names, else it is local`(
    service: String, door: Door
  ) throws {
    let text = """
      door.sshd = ssh
      door.apache = web
      door.Cockpit=web
      door.sudo-i = local
      door.kde@1 = self
      """
    let seen = try withPolicy(text) { $0.door(of: Array(service.utf8).span) }
    #expect(seen == door)
  }

  @Test func `a policy without doors has local ones only`() throws {
    let seen = try withPolicy("") { $0.door(of: Array("sshd".utf8).span) }
    #expect(seen == .local)
  }

  @Test func `lists add up and keep their order`() throws {
    let text = """
      required-groups = cachet, "domain users" ,wheel
      exempt-users = backup "runs \\"rsync\\" at night", "DOM\\\\svc" "it's a robot, see #12"
      required-groups = admins
      exempt-users=deploy\t"CI"
      exempt-groups = robots "no hands", "Größe" "Maß"
      door.sshd = ssh
      enroll-by.admins = 2026-10-01
      enroll-by.A.b_c@d-e = 2026-11-01
      """
    #expect(
      try facts(of: text).entries == [
        "required-groups cachet: ", "required-groups domain users: ", "required-groups wheel: ",
        "required-groups admins: ", "exempt-users backup: runs \"rsync\" at night",
        "exempt-users DOM\\svc: it's a robot, see #12", "exempt-users deploy: CI",
        "exempt-groups robots: no hands", "exempt-groups Größe: Maß", "door. sshd: ssh",
        "enroll-by. admins: 2026-10-01", "enroll-by. A.b_c@d-e: 2026-11-01",
      ])
  }

  @Test func `services that may ask for their own user add up`() throws {
    let text = "self-services = swaylock, i3lock\nself-services = \"xscreensaver\"\n"
    #expect(
      try facts(of: text).entries
        == ["swaylock", "i3lock", "xscreensaver"].map { "self-services \($0): " })
  }

  @Test func `a question ends at the first entry that answers it`() throws {
    var seen = 0
    try withPolicy("required-groups = a, b\nrequired-groups = c\n") {
      $0.eachEntry(of: .requiredGroups) { (_, _) in
        seen += 1
        return seen < 2
      }
    }
    #expect(seen == 2)
  }

  @Test func `the longest line, name, reason and file are taken`() throws {
    let name = String(repeating: "n", count: 255)
    let reason = String(repeating: "r", count: 200)
    let entry = "exempt-users = \(name) \"\(reason)\""
    #expect(try facts(of: entry).entries == ["exempt-users \(name): \(reason)"])
    #expect(failure(of: "#" + String(repeating: "x", count: 511)) == "fine")
    #expect(failure(of: String(repeating: "#\n", count: 8_192)) == "fine")
    let names = (0..<128).map { "required-groups = g\($0)\n" }.joined()
    #expect(try facts(of: names).entries.count == 128)
  }

  @Test func `a policy knows the text that it was made from, byte by byte`() throws {
    let text = "# a\n\n digits = 7 \nenroll-by = 2026-02-28"
    for other in [text, text + "\n", "", text.replacing(" a", with: " b")] {
      let isMade = try withPolicy(text) { $0.isMade(from: Array(other.utf8).span) }
      #expect(isMade == (other == text))
    }
  }
}
