import Synchronization

/// What a check asked the configuration for, and only PHP can tell. A check with such a doubt never
/// holds.
final class Doubts: Sendable {
  private let words = Mutex<String?>(nil)

  /// The first is kept.
  func note(_ doubt: String) { words.withLock { $0 = $0 ?? doubt } }

  /// The first since the last time.
  func take() -> String? {
    words.withLock { words in
      defer { words = nil }
      return words
    }
  }
}
