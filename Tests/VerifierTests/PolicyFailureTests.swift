import Testing
import Verifier

@Suite struct PolicyFailureTests {
  @Test(arguments: [
    // Lines.
    ("digits", "1: bad line 'digits'"), ("= 6", "1: bad line '= 6'"), ("=", "1: bad line '='"),
    ("\n\ndigits 8\n", "3: bad line 'digits 8'"), ("[main]", "1: bad line '[main]'"),
    // Keys.
    ("digit = 6", "1: unknown key 'digit'"), ("Digits = 6", "1: unknown key 'Digits'"),
    ("\u{feff}digits = 6", "1: unknown key '???digits'"),
    ("\nnullok = yes", "2: unknown key 'nullok'"), ("door = ssh", "1: unknown key 'door'"),
    ("door. = ssh", "1: unknown key 'door.'"), ("door.a b = ssh", "1: unknown key 'door.a b'"),
    ("door.a/b = ssh", "1: unknown key 'door.a/b'"), ("Door.a = ssh", "1: unknown key 'Door.a'"),
    ("door.\"a\" = ssh", "1: unknown key 'door.\"a\"'"),
    ("enroll-by. = 2026-01-01", "1: unknown key 'enroll-by.'"),
    ("digits = 6\ndigits = 6", "2: repeated key 'digits'"),
    ("window = 1\n#\nwindow = 2", "3: repeated key 'window'"),
    ("unenrolled = deny\nunenrolled = deny", "2: repeated key 'unenrolled'"),
    ("enroll-by = 2026-01-01\nenroll-by = 2026-01-01", "2: repeated key 'enroll-by'"),
    ("door.a = ssh\ndoor.b = ssh\ndoor.a = web", "3: repeated key 'door.a'"),
    ("door.a = ssh\ndoor.A = ssh", "2: repeated key 'door.A'"),
    ("enroll-by.g = 2026-01-01\nenroll-by.g = 2026-01-01", "2: repeated key 'enroll-by.g'"),
    ("enroll-by.g = 2026-01-01\nenroll-by.G = 2026-01-01", "fine"),
    // Values.
    ("door.sshd = desk", "1: bad value of door. 'desk'"), ("door.a =", "1: bad value of door. ''"),
    ("door.a = ssh, web", "1: bad value of door. 'ssh, web'"),
    ("door.a = SSH", "1: bad value of door. 'SSH'"),
    // Lists.
    ("required-groups =", "1: bad name in required-groups ''"),
    ("required-groups = ,", "1: bad name in required-groups ','"),
    ("required-groups = a,", "1: bad name in required-groups ''"),
    ("required-groups = a,,b", "1: bad name in required-groups ',b'"),
    ("required-groups = a b", "1: bad name in required-groups 'b'"),
    ("required-groups = a \"b\"", "1: bad name in required-groups '\"b\"'"),
    ("required-groups = a\"b\"", "1: bad name in required-groups '\"b\"'"),
    ("required-groups = \"a\"b", "1: bad name in required-groups 'b'"),
    ("required-groups = \"\"", "1: bad name in required-groups ''"),
    ("required-groups = a # all", "1: bad name in required-groups '# all'"),
    ("required-groups = a;b", "1: bad name in required-groups ';b'"),
    ("required-groups = ü", "1: bad name in required-groups '??'"),
    ("required-groups = \"a", "1: unterminated quote"),
    ("required-groups = a, \"", "1: unterminated quote"),
    ("required-groups = \"a\\", "1: unterminated quote"),
    ("required-groups = \"a\\\"", "1: unterminated quote"),
    ("required-groups = \"a\\n\"", "1: bad escape"),
    ("required-groups = a, a", "1: repeated name in required-groups 'a'"),
    ("required-groups = a, \"a\"", "1: repeated name in required-groups 'a'"),
    ("self-services = i3lock, I3Lock", "1: repeated name in self-services 'I3Lock'"),
    ("required-groups = a, b\n\nrequired-groups = c, b", "3: repeated name in required-groups 'b'"),
    ("required-groups = a, A", "fine"), ("required-groups = \"a,b\", a, b", "fine"),
    // Exemptions.
    ("exempt-users = a", "1: missing reason of 'a'"),
    ("exempt-users = a, b \"x\"", "1: missing reason of 'a'"),
    ("exempt-users = a \"x\", b", "1: missing reason of 'b'"),
    ("exempt-groups = a \"\"", "1: missing reason of 'a'"),
    ("exempt-groups = a \" \t\"", "1: missing reason of 'a'"),
    ("exempt-users = a because", "1: missing reason of 'a'"),
    ("exempt-users = a\"x\"", "1: bad name in exempt-users '\"x\"'"),
    ("exempt-users = \"a\"\"x\"", "1: bad name in exempt-users '\"x\"'"),
    ("exempt-users = a \"x\" b \"y\"", "1: bad name in exempt-users 'b \"y\"'"),
    ("exempt-users = a \"x", "1: unterminated quote"),
    ("exempt-users = a \"\\x\"", "1: bad escape"),
    ("exempt-users = a \"x\"\nexempt-users = a \"y\"", "2: repeated name in exempt-users 'a'"),
    ("exempt-users = a \"x\"\nexempt-groups = a \"x\"", "fine"),
    // Dates against each other.
    (
      "enroll-by.g = 2026-01-02\nenroll-by.h = 2026-01-03\nenroll-by = 2026-01-02",
      "2: later than everyone 'h'"
    ),
    ("enroll-by = 2026-01-02\nenroll-by.g = 2026-01-02", "fine"),
    ("enroll-by.g = 2026-01-02", "fine"),
  ])
  func `the first thing wrong is named with its line`(text: String, failure expected: String) {
    #expect(failure(of: text) == expected)
  }

  @Test func `a carriage return is named`() {
    #expect(failure(of: "digits = 6\r\n") == "1: carriage return")
    #expect(failure(of: "# a\n#\r\n") == "2: carriage return")
    #expect(failure(of: "\r") == "1: carriage return")
  }

  @Test func `a control character is named, in comments too`() {
    for code in [UInt8](0...0x1f) + [UInt8](0x7f...0x9f) {
      let scalar = Character(UnicodeScalar(code))
      for text in ["\n# \(scalar)", "\ndigits = 6\(scalar)", "\n\(scalar)"] {
        let expected =
          switch code {
          case UInt8(ascii: "\t"): "fine"
          case UInt8(ascii: "\n"): "fine"
          case UInt8(ascii: "\r"): "2: carriage return"
          default: "2: control character \(code)"
          }
        #expect(failure(of: text) == expected)
      }
    }
    #expect(failure(of: "# \u{a0}") == "fine")
  }

  @Test(arguments: notUTF8)
  func `what is no UTF-8 is refused, in comments too`(bytes: [UInt8]) {
    let line = Array("\n# ".utf8) + bytes
    #expect(failure(of: line) == "2: bad UTF-8")
    #expect(failure(of: line + Array("\ndigits = 8\n".utf8)) == "2: bad UTF-8")
  }

  private static let notUTF8: [[UInt8]] = [
    [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc3, 0x28], [0xe0, 0x9f, 0xbf],
    [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xef, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0x92],
    [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xfe], [0xe2, 0x28, 0xa1],
    [0xe2, 0x82, 0x28], [0xf0, 0x9f, 0x92, 0x28],
  ]

  @Test func `scalars at the edges of UTF-8 are taken`() {
    for scalar in ["\u{a0}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}"]
    {
      #expect(failure(of: "# \(scalar)\n") == "fine")
    }
    #expect(failure(of: "# \u{fffff}\u{10ffff}") == "fine")
  }

  @Test func `what is one byte too long is refused`() {
    let n = String(repeating: "n", count: 256)
    let r = String(repeating: "r", count: 201)
    #expect(failure(of: "\n#" + String(repeating: "x", count: 512)) == "2: too long")
    #expect(failure(of: "required-groups = \(n)") == "1: name too long in required-groups")
    #expect(failure(of: "required-groups = \"\(n)\"") == "1: name too long in required-groups")
    #expect(failure(of: "exempt-users = a \"\(r)\"") == "1: reason too long of 'a'")
    #expect(failure(of: "door.\(n) = ssh").hasPrefix("1: unknown key 'door.nnn"))
    #expect(failure(of: String(repeating: "#\n", count: 8_192) + "#") == "0: too large")
    #expect(failure(of: [UInt8](repeating: 0, count: 1_000_000)) == "0: too large")
  }

  @Test func `the 129th entry of a key is refused`() {
    let groups = (0...128).map { "required-groups = g\($0)\n" }.joined()
    #expect(failure(of: groups) == "129: too many in required-groups")
    let users = (0...128).map { "exempt-users = u\($0) \"x\"\n" }.joined()
    #expect(failure(of: users) == "129: too many in exempt-users")
    let exempt = (0...128).map { "exempt-groups = u\($0) \"x\"\n" }.joined()
    #expect(failure(of: exempt) == "129: too many in exempt-groups")
    let doors = (0...128).map { "door.s\($0) = web\n" }.joined()
    #expect(failure(of: doors) == "129: too many in door.")
    let dates = (0...128).map { "enroll-by.g\($0) = 2026-01-01\n" }.joined()
    #expect(failure(of: dates) == "129: too many in enroll-by.")
  }
}
