import FoundationEssentials

/// As PHP decodes it for a key: strictly.
enum Base64 {
  /// The bytes that `text` stands for; `nil` where it is not base64.
  static func bytes(of text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}
