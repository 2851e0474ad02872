import Testing

@testable import CachetAudit

@Suite("Lines of PHP")
struct SourceFileTests {
  @Test(
    "a text counts outside of comments",
    arguments: [
      ("<?php\n'a' => 1,\n", 2), ("'a' => 1", 1), ("// 'a' => 1\n'a' => 1", 2),
      ("# 'a' => 1\n", nil), ("/**\n * 'a' => 1\n */\n", nil),
      ("/*\n'a' => 1\n*/\n'a' => 1", 4), ("/* */ 'a' => 1", 1), ("/*/ 'a' => 1", nil),
      ("x('http://x'); 'a' => 1", 1), ("x(\"it's # \\\" \"); 'a' => 1", 1),
      ("x('\\''); // 'a' => 1", nil), ("#[A('a' => 1)]", 1),
      (
        "x(); // 'a' => 1 'a' => 1\n", nil
      ),
      ("x(); 'a' => 1 // and so on\n", 1), ("", nil), ("'a'\n => 1", nil),
    ])
  func uncommented(text: String, line: Int?) {
    let file = SourceFile(path: "config/app.php", bytes: Array(text.utf8))
    #expect(file.line(uncommented: "'a' => 1") == line)
  }

  @Test(
    "a string, or a list of them over any lines; anything else is not guessed at",
    arguments: [
      ("'a' => 'x',", ["x"]), ("'a' => ['x', \"y\"],", ["x", "y"]), ("'a' => [],", []),
      ("'a' =>\n array(\n 'x', // 'z'\n /* 'z', */ 'y',\n),", ["x", "y"]),
      ("'a' => env('A'),", nil),
      ("'a' => ['x', $y],", nil), ("'a' => 'x' . 'y',", nil), ("'a' => \"$x\",", nil),
      ("'a' => 'x", nil), ("'a' => ['x'", nil), ("'b' => 'x',", nil),
      ("f('a'); 'a' => 'x',", ["x"]), ("'a' => '\\'',", nil),
    ] as [(String, [String]?)])
  func literals(text: String, words: [String]?) {
    let file = SourceFile(path: "config/app.php", bytes: Array("<?php\n\(text)\n".utf8))
    let found = file.literals(of: "a")
    #expect(found?.map(\.text) == words)
    #expect(found?.allSatisfy { $0.line >= 2 } != false)
  }
}
