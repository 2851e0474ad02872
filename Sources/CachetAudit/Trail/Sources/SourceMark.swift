import COpenSSL
import FoundationEssentials

/// Up to where a source was reviewed.
struct SourceMark: Sendable, Codable, Equatable {
  /// The last row's id, or the number of lines.
  var record = 0
  /// Which file it was, whatever its name is now.
  var device: UInt64?
  var inode: UInt64?
  /// How many bytes of it; of what is unpacked where it is gzip.
  var offset: Int?
  /// Of the last bytes before `offset`: a file that has the same there is continued, and no other.
  /// Without an offset, of the last entry's name in the journal.
  var digest: String?

  /// So many bytes: more than the longest line that a stranger's request makes, so that there are
  /// times among them. What clients choose, the end of a line, somebody may write again elsewhere.
  static let width = 256 << 10

  @Sendable static func digest(of bytes: [UInt8]) -> String? {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    guard
      unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1
    else { return nil }
    return Data(digest).base64EncodedString()
  }
}
