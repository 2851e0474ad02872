import Foundation
import OTP
import Synchronization
import TestSupport
import Testing

@testable import Store

// `#expect` and `#require` take no spans apart: what lends one stands in a function here.

// Nor do they take what borrows a state page and throws.
func expect(_ condition: Bool, at place: SourceLocation = #_sourceLocation) {
  #expect(condition, sourceLocation: place)
}

func bytes(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

/// `count` bytes, as hex, that begin with `first`.
func digits(_ count: Int, _ first: UInt8 = 0) -> String {
  hexadecimal((0..<count).map { first &+ UInt8($0 & 0xff) })
}

/// The failure that `body` ends with: `credentials malformed 5`; `none` where there is none.
func refusal(_ body: () throws -> Void) -> String {
  do { try body() } catch let failure as StoreFailure {
    return words(failure)
  } catch {
    return "\(error)"
  }
  return "none"
}

func words(_ failure: StoreFailure) -> String {
  let number = failure.defect.number.map { " \($0)" } ?? ""
  return "\(failure.part.name) \(failure.defect.name)\(number)"
}

func path(_ text: String) -> Path { Path(Array(text.utf8).span) ?? Path("/no/path") }
func fileName(_ text: String) -> FileName { FileName(Array(text.utf8).span) ?? FileName("none") }
func factorName(_ text: String) -> FactorName? { FactorName(Array(text.utf8).span) }

func account(_ text: String) throws -> AccountName {
  let name = AccountName(Array(text.utf8).span)
  return try #require(name)
}

func trusted(_ folder: String) throws -> TrustedFolder {
  try TrustedFolder(path(folder), owners: .caller, part: .folder)
}

func recordID(_ first: UInt8) -> RecordID {
  var bytes = InlineArray<16, UInt8>(repeating: 0)
  for i in 0..<16 { bytes[i] = first &+ UInt8(i) }
  return RecordID(bytes: bytes)
}

func digest(_ bytes: [UInt8]) throws -> [UInt8] {
  var sum = [UInt8](repeating: 0, count: 32)
  var room = sum.mutableSpan
  try sha256(bytes.span, into: &room)
  return sum
}

func contents(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(filePath: path)))
}

/// Writes over a file in place, so that owner, mode and links stay.
func overwrite(_ path: String, _ bytes: [UInt8]) throws {
  let file = try FileHandle(forWritingTo: URL(filePath: path))
  try file.truncate(atOffset: 0)
  try file.write(contentsOf: Data(bytes))
  try file.close()
}

func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

/// A record's text: the lines, and the checksum behind them.
func recordText(_ lines: [String]) throws -> [UInt8] {
  let text = Array(lines.map { $0 + "\n" }.joined().utf8)
  return text + Array("sha256 \(hexadecimal(try digest(text)))\n".utf8)
}

func parse(_ text: [UInt8]) throws { _ = try Credentials.parse(text.span) }

/// What reading `text` and writing it again makes of it.
func rewritten(_ text: [UInt8]) throws -> [UInt8] {
  try written(Credentials.parse(text.span))
}

func written(_ credentials: borrowing Credentials) throws -> [UInt8] {
  var room = TextRoom()
  try credentials.write(to: &room)
  let fits = !room.overflowed
  #expect(fits)
  return room.withBytes { (text: Span<UInt8>) in bytes(text) }
}

/// The hashes in a record, in order, as its text has them.
func hashes(_ credentials: borrowing Credentials) throws -> [String] {
  String(decoding: try written(credentials), as: UTF8.self).split(separator: "\n")
    .filter { $0.hasPrefix("hash ") }.map { String($0.dropFirst(5)) }
}

/// HMAC-SHA256.
func mac(_ key: [UInt8], _ message: [UInt8]) throws -> [UInt8] {
  var mac = [UInt8](repeating: 0, count: 64)
  var room = mac.mutableSpan
  try hmac(.sha256, key: key.span, message.span, into: &room)
  return Array(mac.prefix(32))
}

/// The secret of a factor, opened.
func secret(
  _ factor: SealedFactor, in credentials: borrowing Credentials, _ keys: borrowing KeyRing
) throws -> [UInt8] {
  try factor.withSecret(in: credentials, under: keys) { (secret: Span<UInt8>) in bytes(secret) }
}

/// A folder with a store in it.
func withStore(_ body: (_ folder: String, borrowing Store) throws -> Void) async throws {
  try await withFolder { folder in
    let place = folder.path("store")
    try Store.make(at: StoreLocation(folder: path(place)))
    try body(place, Store(at: StoreLocation(folder: path(place))))
  }
}

/// A state page in a folder of its own.
func withPage(
  _ record: RecordID = recordID(1), _ body: (_ file: String, borrowing StatePage) throws -> Void
) async throws {
  try await withFolder { folder in
    let place = try trusted(folder.path)
    try StatePage.create(for: record, in: place)
    try body(folder.path("state"), StatePage(of: record, in: place))
  }
}

/// The program that forks, kills and races for the tests.
func storeTool(_ words: String..., within seconds: Int = 120) async throws -> Outcome {
  try await run(toolPath(), words, within: seconds)
}

/// It lies beside the test bundle, wherever that was built.
func toolPath() throws -> String {
  let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
  let line = try #require(maps.split(separator: "\n").first { $0.contains(".xctest") })
  let bundle = try #require(line.firstIndex(of: "/").map { String(line[$0...]) })
  return URL(filePath: bundle).deletingLastPathComponent().appending(path: "StoreTool").path
}

func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

/// What several threads found out.
final class Outcomes: Sendable {
  private let found = Mutex<[String]>([])
  var all: [String] { found.withLock { $0 } }

  /// Runs `body` in `count` threads of its own and waits for all.
  func gather(_ count: Int, _ body: @escaping @Sendable () throws -> String) throws {
    let done = DispatchGroup()
    for _ in 0..<count {
      done.enter()
      Thread.detachNewThread {
        let outcome: String
        do { outcome = try body() } catch { outcome = "\(error)" }
        self.found.withLock { $0.append(outcome) }
        done.leave()
      }
    }
    done.wait()
  }
}
