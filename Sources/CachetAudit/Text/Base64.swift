import FoundationEssentials

/// As PHP decodes it for a key: strictly.
enum Base64 {
  /// The number of bytes that `text` stands for; `nil` where it is not base64.
  static func count(of text: String) -> Int? { Data(base64Encoded: text)?.count }
}
