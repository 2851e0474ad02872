import Foundation
import Testing

@testable import Store

/// What is done to a line of the usual record (`Lines.usual`), and the line that the reader names.
struct Misspelling: Sendable, CustomTestStringConvertible {
  enum Change: Sendable {
    case replace(Int, String), drop(Int), insert(Int, String), swap(Int, Int)
    /// Replaces a part of a line.
    case alter(Int, String, String)
  }

  let change: Change
  let line: Int

  var testDescription: String { "\(change) → line \(line)" }

  init(_ change: Change, at line: Int) {
    self.change = change
    self.line = line
  }

  var lines: [String] {
    var lines = Lines.usual
    switch change {
    case .replace(let line, let text): lines[line - 1] = text
    case .drop(let line): lines.remove(at: line - 1)
    case .insert(let line, let text): lines.insert(text, at: line - 1)
    case .swap(let one, let other): lines.swapAt(one - 1, other - 1)
    case .alter(let line, let old, let new):
      lines[line - 1] = lines[line - 1].replacingOccurrences(of: old, with: new)
    }
    return lines
  }
}

/// Every record here has a right checksum: it is the grammar that refuses it.
@Suite struct CredentialsGrammarTests {
  private func expect(_ misspelling: Misspelling) throws {
    let text = try recordText(misspelling.lines)
    #expect(misspelling.lines != Lines.usual)
    #expect(refusal { try parse(text) } == "credentials malformed \(misspelling.line)")
  }

  @Test(arguments: [
    Misspelling(.replace(1, "cachet-mfa credentials 2"), at: 1),
    Misspelling(.replace(1, "cachet-mfa credentials 1 "), at: 1),
    Misspelling(.replace(1, "cachet-mfa credentials 10"), at: 1),
    Misspelling(.replace(1, "cachet-mfa credentials"), at: 1),
    Misspelling(.replace(1, "Cachet-mfa credentials 1"), at: 1),
    Misspelling(.replace(1, "\u{feff}cachet-mfa credentials 1"), at: 1),
    Misspelling(.drop(1), at: 1), Misspelling(.insert(1, ""), at: 1),
    Misspelling(.insert(1, "# a comment"), at: 1),
  ])
  func `another version is not read`(misspelling: Misspelling) throws { try expect(misspelling) }

  @Test(arguments: [
    Misspelling(.drop(2), at: 2), Misspelling(.drop(3), at: 3), Misspelling(.drop(4), at: 4),
    Misspelling(.drop(5), at: 5), Misspelling(.swap(2, 3), at: 2), Misspelling(.swap(3, 4), at: 3),
    Misspelling(.swap(4, 5), at: 4), Misspelling(.swap(5, 6), at: 5),
    Misspelling(.swap(6, 7), at: 7), Misspelling(.swap(8, 9), at: 9),
    Misspelling(.swap(9, 10), at: 9), Misspelling(.swap(13, 14), at: 13),
    Misspelling(.swap(7, 14), at: 8), Misspelling(.insert(3, "uid 1000"), at: 4),
    Misspelling(.insert(6, "disabled 1700000000"), at: 7),
  ])
  func `facts stand in one order, none twice and none missing`(misspelling: Misspelling) throws {
    try expect(misspelling)
  }

  @Test(arguments: [2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 16])
  func `an unknown or empty line is damage wherever it stands`(line: Int) throws {
    for text in ["", "future 1", "# comment", " ", "factor", "\t"] {
      try expect(Misspelling(.insert(line, text), at: line))
    }
  }

  @Test(arguments: [
    Misspelling(.drop(10), at: 11), Misspelling(.drop(11), at: 11),
    Misspelling(.insert(10, "hash \(digits(32))"), at: 12),
    Misspelling(.alter(9, "0 2", "0 1"), at: 11), Misspelling(.alter(9, "0 2", "0 3"), at: 12),
    Misspelling(.alter(9, "0 2", "0 0"), at: 9), Misspelling(.alter(9, "0 2", "0 17"), at: 9),
  ])
  func `a set has as many hashes as it says, 1 to 16`(misspelling: Misspelling) throws {
    try expect(misspelling)
  }

  @Test(arguments: [
    Misspelling(.replace(3, "uid 01000"), at: 3), Misspelling(.replace(3, "uid +1000"), at: 3),
    Misspelling(.replace(3, "uid -1"), at: 3), Misspelling(.replace(3, "uid 0x10"), at: 3),
    Misspelling(.replace(3, "uid 4294967296"), at: 3),
    Misspelling(.replace(3, "uid 18446744073709551616"), at: 3),
    Misspelling(.replace(3, "uid ١"), at: 3), Misspelling(.replace(3, "uid "), at: 3),
    Misspelling(.replace(3, "uid"), at: 3),
    Misspelling(.alter(5, "20000", "999"), at: 5), Misspelling(.alter(5, "20000", "020000"), at: 5),
    Misspelling(.alter(5, "20000", "10000001"), at: 5),
    Misspelling(.replace(6, "disabled 0"), at: 6), Misspelling(.replace(6, "disabled -1"), at: 6),
    Misspelling(.replace(6, "disabled 281474976711"), at: 6),
    Misspelling(.alter(7, "factor 1", "factor 0"), at: 7),
    Misspelling(.alter(7, "factor 1", "factor 33"), at: 7),
    Misspelling(.alter(7, "factor 1", "factor 01"), at: 7),
    Misspelling(.alter(7, "SHA1 6", "SHA1 5"), at: 7),
    Misspelling(.alter(7, "SHA1 6", "SHA1 9"), at: 7),
    Misspelling(.alter(7, " 30 ", " 14 "), at: 7), Misspelling(.alter(7, " 30 ", " 301 "), at: 7),
    Misspelling(.alter(7, "1700000000", "281474976711"), at: 7),
    Misspelling(.alter(9, "set 0", "set 8"), at: 9),
    Misspelling(.alter(9, "set 0 1 ", "set 0 65536 "), at: 9),
    Misspelling(.alter(12, "1800000000", "281474976711"), at: 12),
    Misspelling(.alter(14, "removed 3", "removed 0"), at: 14),
    Misspelling(.alter(14, "removed 3", "removed 33"), at: 14),
    Misspelling(.alter(14, "1700000000", "9999999999999"), at: 14),
  ])
  func `numbers are canonical and in their range`(misspelling: Misspelling) throws {
    try expect(misspelling)
  }

  @Test(arguments: [
    Misspelling(.replace(2, "record \(digits(15))"), at: 2),
    Misspelling(.replace(2, "record \(digits(17))"), at: 2),
    Misspelling(.replace(2, "record \(digits(16).dropLast())"), at: 2),
    Misspelling(.replace(2, "record \(digits(16).uppercased())"), at: 2),
    Misspelling(.replace(2, "record \(digits(16).dropLast())g"), at: 2),
    Misspelling(.replace(4, "key \(digits(7, 1))"), at: 4),
    Misspelling(.replace(4, "key \(digits(9, 1))"), at: 4),
    Misspelling(.replace(4, "key 010203040506070F"), at: 4),
    Misspelling(.replace(5, "kdf \(digits(15)) 20000"), at: 5),
    Misspelling(.alter(7, digits(48), digits(43)), at: 7),
    Misspelling(.alter(7, digits(48), digits(93)), at: 7),
    Misspelling(.alter(7, digits(48), digits(48) + "0"), at: 7),
    Misspelling(.alter(7, digits(48), digits(48).uppercased()), at: 7),
    Misspelling(.replace(10, "hash \(digits(31))"), at: 10),
    Misspelling(.replace(10, "hash \(digits(33))"), at: 10),
    Misspelling(.replace(10, "hash \(digits(32).uppercased())"), at: 10),
    Misspelling(.alter(14, digits(32, 3), digits(31, 3)), at: 14),
    Misspelling(.alter(14, digits(32, 3), digits(33, 3)), at: 14),
  ])
  func `hex is lower case and of its length`(misspelling: Misspelling) throws {
    try expect(misspelling)
  }

  @Test(arguments: Array(Lines.usual.indices))
  func `a double blank, a blank or CR at the end, a tab: none is a separator`(index: Int) throws {
    let line = Lines.usual[index]
    for text in [line + " ", line + "\r", line + "\t", " " + line, line + " more"] {
      // A factor's name may hold blanks.
      if text.hasSuffix("phone more") || text.hasSuffix("token more") { continue }
      try expect(Misspelling(.replace(index + 1, text), at: index + 1))
    }
    let blanks = line.indices.filter { line[$0] == " " }
    for (count, blank) in blanks.enumerated() {
      // So it may between the words of a name.
      if line.hasPrefix("factor"), count >= 7 { continue }
      for separator in ["  ", "\t", "", "\u{a0}"] {
        let text = line.replacingCharacters(in: blank...blank, with: separator)
        try expect(Misspelling(.replace(index + 1, text), at: index + 1))
      }
    }
  }

  @Test(arguments: [
    Misspelling(.alter(8, "factor 2", "factor 1"), at: 8),
    Misspelling(.alter(8, "office token", "phone"), at: 8),
    Misspelling(.alter(14, "removed 3", "removed 1"), at: 14),
    Misspelling(.alter(15, "removed 32", "removed 3"), at: 15),
    Misspelling(.alter(12, "set 1", "set 0"), at: 12),
    Misspelling(.alter(12, "invitation", "recovery"), at: 12),
    Misspelling(.insert(14, "set 2 1 recovery 0 0 1\nhash \(digits(32))"), at: 14),
  ])
  func `no id, name, place or kind is there twice`(misspelling: Misspelling) throws {
    try expect(misspelling)
  }

  @Test(arguments: [
    Misspelling(.alter(7, "SHA1", "sha1"), at: 7), Misspelling(.alter(7, "SHA1", "SHA384"), at: 7),
    Misspelling(.alter(7, "SHA1", "MD5"), at: 7), Misspelling(.alter(7, "SHA1", "SHA-1"), at: 7),
    Misspelling(.alter(9, "recovery", "Recovery"), at: 9),
    Misspelling(.alter(9, "recovery", "codes"), at: 9),
  ])
  func `words are known ones`(misspelling: Misspelling) throws { try expect(misspelling) }

  @Test func `a ninth factor, a third set and a 25th removed one are too many`() throws {
    var lines = Lines.largest
    let factor = try #require(lines.firstIndex { $0.hasPrefix("factor") })
    lines[factor + 7] = lines[factor + 7].replacingOccurrences(of: "factor 32", with: "factor 31")
    #expect(refusal { try parse(try recordText(lines)) } == "credentials malformed \(factor + 8)")
    // 24 + 8 ids are all there are: take two away to name new ones.
    lines = Lines.largest.filter { !$0.hasPrefix("removed 24 ") && !$0.hasPrefix("removed 23 ") }
    lines.insert("factor 24 SHA1 6 30 0 \(digits(48)) ninth", at: factor + 8)
    #expect(refusal { try parse(try recordText(lines)) } == "credentials malformed \(factor + 9)")
    lines = Lines.largest.filter { !$0.hasPrefix("factor 32") }
    lines.append("removed 32 0 \(digits(32))")
    #expect(refusal { try parse(try recordText(lines)) } == "credentials malformed \(lines.count)")
  }

  @Test(
    arguments: [
      [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe0, 0x80, 0x80], [0xe2, 0x82],
      [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80], [0xff], [0x00], [0x1b], [0x7f], [0x09], [0xc2, 0x80], [0xc2, 0x9f],
      [0x61, 0x20], [0x20, 0x61], [0x20],
    ] as [[UInt8]])
  func `a name is UTF-8 without control characters and without blanks around it`(
    name: [UInt8]
  ) throws {
    #expect(FactorName(name.span) == nil)
    let parts = Lines.usual.map { Array($0.utf8) + [10] }
    let head = parts[6].dropLast("phone\n".count)
    let body = (parts[0..<6] + [head + name + [10]] + parts[7...]).flatMap { $0 }
    let text = body + Array("sha256 \(hexadecimal(try digest(body)))\n".utf8)
    #expect(refusal { try parse(text) } == "credentials malformed 7")
  }

  @Test(arguments: [
    "a", "ü", "日本の電話", "😀 phone", "a b  c", "\u{a0}", "\"quoted\" \\", "e\u{301}",
    String(repeating: "x", count: 64),
  ])
  func `a name may be anything else of 1 to 64 bytes`(name: String) throws {
    var lines = Lines.usual
    lines[6] = lines[6].replacingOccurrences(of: "phone", with: name)
    let text = try recordText(lines)
    #expect(try rewritten(text) == text)
    lines[6] = lines[6].replacingOccurrences(
      of: name, with: name + String(repeating: "y", count: 64))
    #expect(refusal { try parse(try recordText(lines)) } == "credentials malformed 7")
  }

  @Test func `names that only look alike are two names`() throws {
    var lines = Lines.usual
    lines[6] = lines[6].replacingOccurrences(of: "phone", with: "\u{e9}")
    lines[7] = lines[7].replacingOccurrences(of: "office token", with: "e\u{301}")
    let text = try recordText(lines)
    #expect(try rewritten(text) == text)
  }
}
