import COpenSSL
import FoundationEssentials
import Glibc

/// Since when each secret is the one it is. Kept in a file as HMACs under a key of that file's own,
/// so that the file alone tells nobody a secret, nor whether two are the same.
struct SecretAges: Sendable {
  struct Entry: Sendable, Codable, Equatable {
    let fingerprint: String
    /// `YYYY-MM-DD`.
    let since: String
  }

  private struct Kept: Codable {
    let key: Data
    let secrets: [String: Entry]
  }

  private let key: Data
  private(set) var entries: [String: Entry]
  var today = Day.today

  /// What `path` keeps; a new key where there is no such file yet. A file that others may read or
  /// that belongs to somebody else is refused.
  init(path: String) throws(Obstacle) {
    guard let status = try Folder.workingDirectory.status(path) else {
      var bytes = [UInt8](repeating: 0, count: 32)
      guard unsafe RAND_bytes(&bytes, 32) == 1 else {
        throw .damaged(path: path, what: "no random bytes for a new one")
      }
      (key, entries) = (Data(bytes), [:])
      return
    }
    guard status.owner == geteuid(), status.mode & 0o077 == 0 else {
      throw .damaged(path: path, what: "has to be for its owner alone: chmod 600")
    }
    guard let file = try Folder.workingDirectory.read(path),
      let kept = try? JSONDecoder().decode(Kept.self, from: Data(file.bytes)),
      kept.key.count == 32
    else { throw .damaged(path: path, what: "keeps no ages of secrets") }
    (key, entries) = (kept.key, kept.secrets)
  }

  /// Notes what is new. A secret that changed begins anew.
  mutating func note(_ secrets: [(setting: Setting, value: HiddenValue)]) {
    var noted: [String: Entry] = [:]
    for (setting, value) in secrets {
      guard let fingerprint = fingerprint(of: setting.name, value) else { continue }
      let known = entries[setting.name].flatMap { $0.fingerprint == fingerprint ? $0 : nil }
      noted[setting.name] = known ?? Entry(fingerprint: fingerprint, since: today.description)
    }
    entries = noted
  }

  /// In days; 0 for one that was never seen.
  func age(of name: String, _ value: HiddenValue) -> Int {
    guard let entry = entries[name], entry.fingerprint == fingerprint(of: name, value),
      let since = Day(entry.since)
    else { return 0 }
    return max(0, today.number - since.number)
  }

  /// Replaces the file at `path`, for its owner alone.
  func write(to path: String) throws(Obstacle) {
    try JSONText.write(Kept(key: key, secrets: entries), to: path)
  }

  private func fingerprint(of name: String, _ value: HiddenValue) -> String? {
    let message = Array(name.utf8) + [0] + value.bytes
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 32
    let key = [UInt8](key)
    guard
      unsafe HMAC(
        EVP_sha256(), key, Int32(key.count), message, message.count, &digest, &length) != nil
    else { return nil }
    return Data(digest).base64EncodedString()
  }
}
