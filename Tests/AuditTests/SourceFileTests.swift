import Testing

@testable import CachetAudit

@Suite("Lines of PHP")
struct SourceFileTests {
  @Test(
    "a text counts outside of comments",
    arguments: [
      ("<?php\n'a' => 1,\n", 2), ("'a' => 1", 1), ("// 'a' => 1\n'a' => 1", 2),
      ("# 'a' => 1\n", nil), (" * 'a' => 1\n", nil), ("x(); // 'a' => 1 'a' => 1\n", nil),
      ("x(); 'a' => 1 // and so on\n", 1), ("", nil), ("'a'\n => 1", nil),
    ])
  func uncommented(text: String, line: Int?) {
    let file = SourceFile(path: "config/app.php", bytes: Array(text.utf8))
    #expect(file.line(uncommented: "'a' => 1") == line)
  }
}
