import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite struct CredentialsDamageTests {
  /// The full record takes a minute and is for TESTS=full; the usual one has a line of
  /// every kind.
  static let flipped = Effort.isFull ? [Lines.usual, Lines.largest] : [Lines.usual]

  @Test(arguments: flipped)
  func `a record with any one bit flipped is never read`(lines: [String]) throws {
    let text = try recordText(lines)
    let read = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: text.count) { place in
      for bit in 0..<8 {
        var changed = text
        changed[place] ^= 1 << bit
        let outcome = refusal { try parse(changed) }
        if !outcome.hasPrefix("credentials malformed "), outcome != "credentials checksum-mismatch"
        {
          read.withLock { $0.append(8 * place + bit) }
        }
      }
    }
    #expect(read.withLock { $0 } == [])
  }

  @Test func `in the largest record one flipped bit of every byte is seen`() throws {
    let text = try recordText(Lines.largest)
    let read = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: text.count) { place in
      var changed = text
      changed[place] ^= 1 << (place % 8)
      if refusal({ try parse(changed) }) == "none" { read.withLock { $0.append(place) } }
    }
    #expect(read.withLock { $0 } == [])
  }

  @Test(arguments: [Lines.usual, Lines.largest])
  func `a record cut off anywhere is never read`(lines: [String]) throws {
    let text = try recordText(lines)
    for length in 0..<text.count {
      let outcome = refusal { try parse(Array(text[..<length])) }
      if !outcome.hasPrefix("credentials malformed ") { Issue.record("\(length): \(outcome)") }
    }
  }

  @Test func `a value that is another one fails the checksum`() throws {
    let text = try recordText(Lines.usual)
    for (old, new) in [("uid 1000", "uid 1001"), (" phone", " phony"), ("SHA1 6", "SHA1 7")] {
      let changed = String(decoding: text, as: UTF8.self).replacingOccurrences(of: old, with: new)
      #expect(refusal { try parse(Array(changed.utf8)) } == "credentials checksum-mismatch")
    }
  }

  @Test func `garbage is never read and never traps`() throws {
    var random = SystemRandomNumberGenerator()
    let text = try recordText(Lines.usual)
    for round in 0..<4000 {
      var changed = text
      switch round % 4 {
      case 0:
        changed = (0..<Int.random(in: 0...600, using: &random)).map { _ in .random(in: 0...255) }
      case 1:  // the grammar's own words in any order
        changed = Lines.usual.shuffled().flatMap { Array(($0 + "\n").utf8) }
      case 2:
        for _ in 0..<8 { changed[.random(in: 0..<changed.count)] = .random(in: 0...255) }
      default:
        let from = Int.random(in: 0..<changed.count)
        let to = Int.random(in: from..<changed.count)
        changed.removeSubrange(from...to)
      }
      if changed == text { continue }
      if refusal({ try parse(changed) }) == "none" { Issue.record("\(changed)") }
    }
  }
}
