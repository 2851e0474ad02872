import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// Debian's phpdotenv reads the same files, made at random from what the dialects differ in. It is
/// 5.4.1: names are ASCII there, and a line that opens a value inside another one reads otherwise,
/// so that no file has these. The dialects of 2.6 are not to be had from Debian.
@Suite(
  "Real phpdotenv, compared", .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct PHPDotenvTests {
  private static let reader = #"""
    <?php
    require '/usr/share/php/Dotenv/autoload.php';
    use Dotenv\Repository\RepositoryBuilder;
    use Dotenv\Repository\Adapter\ArrayAdapter;
    foreach (file('/files', FILE_IGNORE_NEW_LINES) as $file) {
      $kept = RepositoryBuilder::createWithNoAdapters()->addAdapter(ArrayAdapter::class)
        ->immutable()->make();
      try {
        $text = Dotenv\Util\Str::utf8(hex2bin($file), null)->success()->get();
        (new Dotenv\Loader\Loader)->load($kept, (new Dotenv\Parser\Parser)->parse($text));
        $told = [];
        foreach (['A', 'B', 'AB', 'A.B', '_'] as $name)
          if ($kept->has($name)) $told[] = $name.'='.bin2hex($kept->get($name));
        echo implode(' ', $told), "\n";
      } catch (Dotenv\Exception\InvalidFileException $refused) { echo "refused\n"; }
    }
    """#

  @Test("dialect five, in 3,000 files")
  func five() async throws {
    var random = Seeded(state: 20_261_123)
    let files = (0..<3_000).map { _ in Self.file(&random) }
    let told = try await withHost(database: true) { host in
      try host.write(Self.reader, to: "/reader.php")
      try host.write(files.map { hex($0) + "\n" }.joined(), to: "/files")
      let outcome = try await host.run("php", "/reader.php", within: 120)
      #expect(outcome.status == 0, "\(outcome.errors.prefix(500))")
      return outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    }
    try #require(told.count == files.count + 1)
    var refused = 0
    for (file, told) in zip(files, told) {
      let text = String(decoding: file, as: UTF8.self).debugDescription
      #expect(Self.reading(file) == told, "\(text)")
      if told == "refused" { refused += 1 }
    }
    // Neither all of them nor none.
    #expect((300...2_700).contains(refused), "\(refused)")
  }

  private static func reading(_ file: [UInt8]) -> String {
    guard let dotenv = try? Dotenv(file, dialect: .five) else { return "refused" }
    return ["A", "B", "AB", "A.B", "_"].compactMap { name in
      dotenv.entry(name)?.value.map { "\(name)=\(hex($0.bytes))" }
    }.joined(separator: " ")
  }

  /// Up to five lines: a name, a value in one kind of quotes or none, and what may stand behind it.
  private static func file(_ random: inout Seeded) -> [UInt8] {
    let names = ["A", "B", "AB", "export AB", "export A", "A.B", "'AB'", "\"A\"", "_", "A-B", " A"]
    let atoms = [
      "a", "b", "0", " ", "\t", "#", " #", "\\", "\\n", "\\t", "\\$", "\\\\", "\\q", "$", "{", "}",
      "${A}", "${B}", "${AB}", "${X}", "=", "\u{FC}", "\u{C}", "\u{B}", "()",
    ]
    var text = Int.random(in: 0..<20, using: &random) == 0 ? "\u{FEFF}" : ""
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      let end = ["\n", "\n", "\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
      if Int.random(in: 0..<10, using: &random) == 0 {
        text += (["# c", "", "AB", " \t", "#\""].randomElement(using: &random) ?? "") + end
        continue
      }
      let quote = ["", "", "'", "\""].randomElement(using: &random) ?? ""
      var value = ""
      for _ in 0..<Int.random(in: 0...6, using: &random) {
        value += atoms.randomElement(using: &random) ?? ""
      }
      if quote == "\"", Int.random(in: 0..<6, using: &random) == 0 { value += end + "more" }
      // An open quote would take the next line in, which then is read otherwise.
      if quote == "\"", value.hasSuffix("\\") { value += "\\" }
      let behind = ["", "", "", " # c", " ", "#c", " x"].randomElement(using: &random) ?? ""
      text += (names.randomElement(using: &random) ?? "") + "=" + quote + value + quote + behind
      text += end
    }
    return Array(text.utf8)
  }
}

/// The same numbers in every run.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) << 32 | (state >> 16) & 0xFFFF_FFFF
  }
}
