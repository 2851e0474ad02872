/// The configuration as `php artisan config:cache` keeps it, asked by the names that Laravel has for
/// its parts (`app.debug`).
struct CachedConfiguration: Sendable {
  let file: SourceFile
  private let entries: [String: ExportReader.Entry]

  init(_ file: SourceFile) throws(Obstacle) {
    self.file = file
    do { entries = try ExportReader.entries(of: file.bytes) } catch {
      throw .damaged(
        path: file.path(at: error.line),
        what: "is not what 'php artisan config:cache' writes: run that again, or 'config:clear'")
    }
  }

  subscript(path: String) -> ExportReader.Entry? { entries[path] }

  /// Whether it has the list at `path`, with anything in it.
  func has(_ path: String) -> Bool { entries.keys.contains { $0.hasPrefix(path + ".") } }

  /// The entries of the list at `path`, by line.
  func list(_ path: String) -> [ExportReader.Entry] {
    entries.filter { $0.key.hasPrefix(path + ".") }.map(\.value).sorted { $0.line < $1.line }
  }

  /// The first entry of the list at `path` that ends in `suffix`.
  func entry(of path: String, endingIn suffix: String) -> ExportReader.Entry? {
    list(path).first { entry in
      entry.value.text.map { String(decoding: $0.bytes, as: UTF8.self).hasSuffix(suffix) }
        ?? false
    }
  }
}
