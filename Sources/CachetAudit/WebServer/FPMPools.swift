/// The pools of PHP-FPM where Debian has them, as far as they set the environment of PHP.
enum FPMPools {
  /// `env[NAME] = value` in the files of every version's pools below `root`.
  static func variables(below root: String) throws(Obstacle) -> [(name: String, place: Place)] {
    try files(below: root).flatMap { file in
      variables(in: file.bytes).map { ($0.name, Place(path: "/" + file.path, line: $0.line)) }
    }
  }

  /// Whether any file has a pool (`[name]`) in it.
  static func areThere(below root: String) throws(Obstacle) -> Bool {
    try files(below: root).contains { file in
      file.bytes.split(separator: UInt8(ascii: "\n")).contains { line in
        let text = PHPText.trimmed(line)
        return text.first == UInt8(ascii: "[") && text.last == UInt8(ascii: "]")
      }
    }
  }

  private static func files(below root: String) throws(Obstacle) -> [SourceFile] {
    let host = Folder(root: root)
    var files: [SourceFile] = []
    for version in try host.names(in: "etc/php") {
      let folder = "etc/php/\(version)/fpm/pool.d"
      for name in try host.names(in: folder) where name.hasSuffix(".conf") {
        if let file = try host.read("\(folder)/\(name)") { files.append(file) }
      }
    }
    return files
  }

  private static func variables(in bytes: [UInt8]) -> [(name: String, line: Int)] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return lines.enumerated().compactMap { index, line in
      let text = String(decoding: PHPText.trimmed(line), as: UTF8.self)
      guard text.hasPrefix("env["), let end = text.firstIndex(of: "]"),
        text[end...].dropFirst().drop(while: \.isWhitespace).hasPrefix("=")
      else { return nil }
      return (String(text[..<end].dropFirst(4)), index + 1)
    }
  }
}
