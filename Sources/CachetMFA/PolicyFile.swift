import CTerminal
import OTP
import Store
import Verifier

extension Site {
  /// The text of a policy: of `file`, as the caller names it, or `policy.conf` of the store.
  func policyText(_ file: String?) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Policy.largest + 1)
    let count: Int
    if let file {
      count = try Site.read(file, into: &bytes)
    } else {
      count = try readPolicyText(into: &bytes)
    }
    return Array(bytes[..<count])
  }

  /// Checks a text, which is that of `file`, or of `policy.conf` of the store.
  func checkedPolicy(_ text: [UInt8], file: String?) throws(Failure) -> Policy {
    do throws(PolicyFailure) {
      return try Policy(checking: text.span)
    } catch {
      throw .policy(
        error, file: file ?? policyText, word: Site.key(ofLine: error.line, in: text[...]))
    }
  }

  /// What stands before the `=` of a line.
  private static func key(ofLine number: Int, in policy: ArraySlice<UInt8>) -> String? {
    let lines = policy.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.indices.contains(number - 1) else { return nil }
    let word = lines[number - 1].prefix { $0 != UInt8(ascii: "=") }
    return String(decoding: word.filter { !isBlank($0) }, as: UTF8.self)
  }

  /// Whether `policy.conf` is what is applied; nil where it cannot be read.
  func isApplied(_ policy: borrowing Policy) -> Bool? {
    var bytes = [UInt8](repeating: 0, count: Policy.largest + 1)
    guard let count = try? readPolicyText(into: &bytes) else { return nil }
    return policy.isMade(from: bytes.span.extracting(0..<count))
  }

  /// `policy.conf` under the rules of trust: what is applied must be the administrator's.
  private func readPolicyText(into bytes: inout [UInt8]) throws(Failure) -> Int {
    do throws(StoreFailure) {
      let folder = try location.policy.open(location.owners, part: .policy)
      var room = bytes.mutableSpan
      return try folder.read(Site.policyText, into: &room, part: .policy)
    } catch {
      switch error.defect {
      case .missing: throw .noPolicyText(self)
      case .unreadable(let code): throw .file(policyText, errno: code)
      case .tooLarge: throw .policy(PolicyFailure(.tooLarge, line: 0), file: policyText)
      case .symbolicLink, .notAFolder, .notARegularFile, .foreignOwner, .writableByOthers,
        .hardLinked, .truncated, .unwritable, .noRoom, .malformed, .brokenWord, .checksumMismatch,
        .wrongUser, .otherKey, .doesNotOpen, .crypto, .full, .nameTaken, .sameSecret, .stepUsed,
        .lastFactor, .lapsed, .exists, .busy, .notLockable:
        throw .policyText(error, self)
      }
    }
  }

  private static func read(_ file: String, into bytes: inout [UInt8]) throws(Failure) -> Int {
    let descriptor = unsafe open_file(file)
    guard descriptor >= 0 else { throw .file(file, errno: last_error()) }
    defer { close(descriptor) }
    var count = 0
    while count < bytes.count {
      let got = unsafe bytes.withUnsafeMutableBytes { room -> Int in
        guard let base = room.baseAddress else { return 0 }
        return unsafe CTerminal.read(descriptor, base + count, room.count - count)
      }
      if got < 0, last_error() == EINTR { continue }
      guard got >= 0 else { throw .file(file, errno: last_error()) }
      if got == 0 { break }
      count += got
    }
    return count
  }
}
