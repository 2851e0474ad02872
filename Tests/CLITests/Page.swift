import Foundation
import TestSupport

/// A script that is a page of the manual: what is typed, and what is seen.
///
///     # words about what follows
///     $ cachet-mfa VERB …        a command, run in a folder that is called /srv in the output
///     < line                     a line of its standard input
///     output, then errors        exactly, with random words under fixed names (see `normal`)
///     ? 2                        its exit status, where that is not 0
///     ! shell                    something else happens
///     @ 60                       the time, in seconds from 2026-11-23 12:00 UTC
///
/// In commands and input, `{code -4}` is the code of the last secret seen, so many steps away;
/// `{wrong 2}` is the second of the codes that are far from right; `{secret 3}` is the third
/// one-time secret seen on this page.
struct Page {
  struct Step {
    var line: Int
    var word: Character
    var text: String
    var input: [String] = []
    var expected: [String] = []
  }

  let name: String
  let steps: [Step]

  static let folder = Built.package.appending(path: "Tests/CLITests/Scripts")

  static func names() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".txt") }.sorted()
  }

  init(_ name: String) throws {
    self.name = name
    let text = try String(contentsOf: Page.folder.appending(path: name), encoding: .utf8)
    var steps: [Step] = []
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      guard let word = line.first, "$!@#<".contains(word), line.dropFirst().first == " " else {
        if let last = steps.indices.last { steps[last].expected.append(line) }
        continue
      }
      let rest = String(line.dropFirst(2))
      if word == "<", let last = steps.indices.last {
        steps[last].input.append(rest)
      } else {
        steps.append(Step(line: index + 1, word: word, text: rest))
      }
    }
    self.steps = steps.filter { $0.word != "#" }
  }
}

/// Follows a page, and tells where what is seen is not what it says.
struct Reader {
  private let folder: TemporaryFolder
  private var now = 1_795_435_200
  private var secret = ""
  private var oneTimeSecrets: [String] = []

  static let binary =
    ProcessInfo.processInfo.environment["CACHET_MFA_BIN"]
    ?? Built.package.appending(path: ".build/debug/cachet-mfa").path

  init(in folder: TemporaryFolder) throws {
    self.folder = folder
    try folder.write(
      """
      alice:x:4001:4001::/nonexistent:/bin/sh
      bob:x:4002:4002::/nonexistent:/bin/sh
      anna:x:4001:4001::/nonexistent:/bin/sh

      """, to: "etc/passwd")
    try folder.write("alice:x:4001:\nbob:x:4002:\n", to: "etc/group")
    try FileManager.default.createDirectory(
      atPath: folder.path("srv"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
  }

  /// The differences, as text for a person; empty where there is none.
  mutating func follow(_ page: Page) async throws -> String {
    for step in page.steps {
      switch step.word {
      case "@": now = 1_795_435_200 + (Int(step.text) ?? 0)
      case "!":
        let done = try await run(
          "/usr/bin/env", ["-C", folder.path("srv"), "bash", "-c", "umask 077; " + step.text])
        guard done.status == 0 else { return "\(page.name):\(step.line): \(done.errors)" }
      default:
        let seen = try await seen(step)
        let wanted = step.expected.reversed().drop { $0.isEmpty }.reversed()
        guard seen != Array(wanted) else { continue }
        return """
          \(page.name):\(step.line): $ \(step.text)
          --- expected
          \(wanted.joined(separator: "\n"))
          --- seen
          \(seen.joined(separator: "\n"))
          """
      }
    }
    return ""
  }

  private mutating func seen(_ step: Page.Step) async throws -> [String] {
    let words = try await Reader.words(expanded(step.text))
    let outcome = try await execute(Array(words.dropFirst()), step.input)
    var lines = normal(outcome.output + outcome.errors).components(separatedBy: "\n")
    while lines.last?.isEmpty == true { lines.removeLast() }
    if outcome.status != 0 { lines.append("? \(outcome.status)") }
    return lines
  }

  private mutating func execute(_ words: [String], _ input: [String]) async throws -> Outcome {
    for text in words + input { note(secretIn: text.uppercased()) }
    let environment = [
      "TZ": "UTC", "LANG": "C.UTF-8",
      // A name with blanks cannot be preloaded; its folder can be searched.
      "LD_LIBRARY_PATH": Built.tool(""), "LD_PRELOAD": "accounts.so:clock.so:journal.so",
      "TEST_PASSWD": folder.path("etc/passwd"), "TEST_GROUP": folder.path("etc/group"),
      "TEST_SERVICES": " sshd sudo su swaylock cachet-admin cachet-mfa-password ",
      "TEST_CLOCK": "@\(now)", "TEST_JOURNAL": folder.path("journal"),
    ]
    for name in ["in", "out", "err", "ended"] {
      try? FileManager.default.removeItem(atPath: folder.path(name))
    }
    let asksForShownSecret = words.first == "enroll" && !input.isEmpty
    var pipe: FileHandle?
    if asksForShownSecret {
      _ = try await run("/usr/bin/mkfifo", [folder.path("in")])
      // For reading too: then neither end waits for the other one to open it.
      let descriptor = unsafe open(folder.path("in"), O_RDWR | O_CLOEXEC)
      pipe = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    } else {
      var lines = ""
      for line in input { lines += try await expanded(line) + "\n" }
      try folder.write(lines, to: "in")
    }
    let assignments = environment.map { "\($0.key)=\($0.value)" }
    let command =
      [
        "-c",
        "cd \"$1\"; shift; env \"$@\" < ../in > ../out 2> ../err; status=$?; : > ../ended; exit $status",
        "sh", folder.path("srv"),
      ]
      + assignments + [Reader.binary] + words
    async let ended = run("/bin/sh", command)
    if let pipe { try await answer(input, to: pipe) }
    var outcome = try await ended
    outcome.output = folder.read("out")
    outcome.errors = folder.read("err")
    return outcome
  }

  /// Waits for the secret to be shown, or for the program to end, and answers with codes of it.
  private mutating func answer(_ input: [String], to pipe: FileHandle) async throws {
    for _ in 0..<6000 {
      if folder.read("out").contains("type this secret")
        || FileManager.default.fileExists(atPath: folder.path("ended"))
      {
        break
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    note(secretIn: folder.read("out"))
    var lines = ""
    for line in input { lines += try await expanded(line) + "\n" }
    // Whether it was read is seen in what the program says.
    try pipe.write(contentsOf: Data(lines.utf8))
    try pipe.close()
  }

  // MARK: words that stand for others

  private func expanded(_ text: String) async throws -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      result += rest[..<start]
      let words = rest[rest.index(after: start)..<end].split(separator: " ")
      let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
      switch words.first {
      case "code": result += try await code(number)
      case "wrong": result += try await wrong(max(1, number))
      case "secret": result += oneTimeSecrets[number - 1]
      default: result += rest[start...end]
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private func code(_ steps: Int) async throws -> String {
    let outcome = try await run(Built.tool("totp"), [secret, String(now + 30 * steps)])
    return outcome.lines.first ?? ""
  }

  /// The `number`-th code that none of the steps nearby has.
  private func wrong(_ number: Int) async throws -> String {
    var near: Set<String> = []
    for step in -20...20 { near.insert(try await code(step)) }
    let far = (1...60).map { String(repeating: "0", count: $0 < 10 ? 5 : 4) + String($0) }
    return far.filter { !near.contains($0) }[number - 1]
  }

  private mutating func note(secretIn text: String) {
    let lower = text.replacing("SECRET=", with: "secret=")
    if let found = lower.matches(of: /secret=([A-Z2-7]{16,})/).last { secret = String(found.1) }
  }

  /// Output with the folder as /srv, and random words under fixed names.
  private mutating func normal(_ text: String) -> String {
    note(secretIn: text)
    let oneTime = /\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b/
    oneTimeSecrets += text.matches(of: oneTime).map { String($0.0) }
    var name = [CChar](repeating: 0, count: 65)
    unsafe gethostname(&name, name.count)
    let host = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return
      text
      .replacing(folder.path("srv"), with: "/srv")
      .replacing(oneTime, with: "XXXX-XXXX-XXXX-XXXX")
      .replacing(/secret=[A-Z2-7]{16,}/, with: "secret=SECRET")
      .replacing(/(?m)^  (?:[A-Z2-7]{4} ){3,}[A-Z2-7]{1,4}$/, with: "  SECRET")
      .replacing(/\b[0-9a-f]{16}\b/, with: "KEY")
      .replacing("Cachet%20\(host)", with: "Cachet%20HOST")
      .replacing(/(?m)(?:^[#█▀▄ ]{40,}\n)+/, with: "[QR code]\n")
  }

  /// The words of a command line; quotes keep blanks.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word: String?
    var inQuotes = false
    for character in text {
      switch character {
      case "\"":
        inQuotes.toggle()
        word = word ?? ""
      case " " where !inQuotes:
        if let ended = word { words.append(ended) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if let ended = word { words.append(ended) }
    return words
  }
}
