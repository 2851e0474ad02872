public import Foundation

/// A folder that lives as long as `body` runs.
public func withFolder<R>(
  _ body: (TemporaryFolder) async throws -> R
) async throws -> R {
  let folder = try TemporaryFolder()
  defer { try? FileManager.default.removeItem(at: folder.url) }
  return try await body(folder)
}

public struct TemporaryFolder: Sendable {
  public let url: URL
  public var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "cachet-mfa-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// The path of `name` in here, whether it exists or not.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  @discardableResult
  public func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    return file.path
  }

  /// The text of `name`, or nothing when there is no such file.
  public func read(_ name: String) -> String {
    (try? String(contentsOf: url.appending(path: name), encoding: .utf8)) ?? ""
  }
}
