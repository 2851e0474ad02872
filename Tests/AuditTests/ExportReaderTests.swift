import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite("What var_export writes")
struct ExportReaderTests {
  private func read(_ text: String) throws -> [String: String] {
    try ExportReader.entries(of: Array("<?php return \(text);\n".utf8)).mapValues { entry in
      switch entry.value {
      case .null: "null"
      case .bool(let value): "bool \(value)"
      case .text(let value): "text " + String(decoding: value.bytes, as: UTF8.self)
      }
    }
  }

  @Test("every kind of value")
  func values() throws {
    let told = try read(
      #"""
      array (
        'a' =>
        array (
          'b' => true, 'c' => false, 'd' => NULL, 'e' => -12, 'f' => 1.0E+25,
          0 => 'it\'s \\ "x" \n', -3 => '', 'nul' => 'x' . "\0" . 'y', 'n' => NAN,
        ),
        'o' =>
        \Monolog\Level::__set_state(array(
           'p' => 'q',
        )),
        's' => (object) array(
          'p' => 'r',
        ),
        'enum' => \App\Level::Debug,
        'min' => -9223372036854775807-1,
        'empty' => array (
        ),
      )
      """#)
    #expect(
      told == [
        "a.b": "bool true", "a.c": "bool false", "a.d": "null", "a.e": "text -12",
        "a.f": "text 1.0E+25", "a.0": #"text it's \ "x" \n"#, "a.-3": "text ",
        "a.nul": "text x\0y", "a.n": "text NAN", "o.p": "text q", "s.p": "text r",
        "min": "text -9223372036854775807-1",
      ])
  }

  @Test(
    "what it never writes is refused, in its line",
    arguments: [
      ("f()", 1), ("array (\n'a' => getenv('A'),\n)", 2), ("array (\n'a' => 'b\n", 4),
      ("array (\n'a'\n)", 3), ("array ('a' => 1)", 1), ("array (\n'a' => \"b\",\n)", 2),
      ("array (\n) + $x", 2), ("$x", 1), ("", 1), ("array (\n'a' => \\X::__set_state(1),\n)", 2),
      ("array (\n'a' => \\X,\n)", 2), ("array (\n1a => 1,)", 2), ("array (\n'a' => -,)", 2),
      ("array (\n'a' => (object) 1,)", 2),
      // What PHP would work out, or take otherwise than it seems.
      ("array (\n'a' => 1-1,)", 2), ("array (\n'a' => 010,)", 2), ("array (\n1.5 => 1,)", 2),
      ("array (\n'a' => array (),\n'a' => 1,)", 3), ("array (\n'a.b' => 1,)", 2),
      ("array (\n'a' => array (1 => 1,\n'1' => 2,),)", 3), ("array ();\nphpinfo()", 2),
      (String(repeating: "array(0=>", count: 65), 1),
    ])
  func refused(text: String, line: Int) {
    let error = #expect(throws: ExportReader.Refusal.self) { try read(text) }
    #expect(error?.line == line)
  }

  @Test("zero is false, however it is written; a dot in a name leads nowhere")
  func zero() throws {
    let text = "array ('a' => -0.0, 'b' => 0.0E+5, 'c' => '0.0', 'd' => array ('e.f' => 1,),)"
    #expect(
      try read(text) == ["a": "text 0", "b": "text 0", "c": "text 0.0", "d.e\\.f": "text 1"])
    #expect(try ExportReader.entries(of: Array("<?php return \(text);".utf8))["d.e.f"] == nil)
  }

  @Test("names that repeat do not make it grow")
  func bounded() throws {
    let name = String(repeating: "n", count: 300)
    #expect(try read("array ('\(name)' => array ('a' => 1,), 'a' => 2,)") == ["a": "text 2"])
    let many = (0...50_000).map { "\($0)=>1," }.joined()
    #expect(throws: ExportReader.Refusal.self) { try read("array (\(many))") }
  }

  @Test("real PHP writes 2,000 arrays", .enabled(if: isRoot, Comment(rawValue: needsRoot)))
  func real() async throws {
    let writer = #"""
      <?php
      mt_srand(20261123);
      $atoms = ['a', "'", '\\', "\0", "\n", '"', '$x', '${A}', "\xff", ' => ', ',', ')', ' . '];
      function text() {
        global $atoms; $text = '';
        for ($i = mt_rand(0, 5); $i > 0; $i--) $text .= $atoms[array_rand($atoms)];
        return $text;
      }
      function value($depth) {
        switch (mt_rand(0, $depth > 3 ? 6 : 9)) {
          case 0: return true; case 1: return false; case 2: return null;
          case 3: return mt_rand(-5, 5); case 4: return mt_rand(-9, 9) / 8; case 5: case 6: return text();
          case 7: return PHP_INT_MIN;
          default:
            $made = [];
            for ($i = mt_rand(0, 4); $i > 0; $i--)
              $made[mt_rand(0, 1) ? mt_rand(-2, 9) : 'k'.bin2hex(text())] = value($depth + 1);
            return $made;
        }
      }
      function told($value, $path) {
        if (is_array($value)) {
          $lines = [];
          foreach ($value as $key => $inner) $lines = array_merge($lines, told($inner, [...$path, $key]));
          return $lines;
        }
        $kind = is_null($value) ? 'null' : (is_bool($value) ? ($value ? 'true' : 'false')
          : bin2hex(is_string($value) ? $value : ($value === PHP_INT_MIN ? '-9223372036854775807-1' : var_export($value, true))));
        return [bin2hex(implode('.', $path)).'='.$kind];
      }
      for ($i = 0; $i < 2000; $i++) {
        $value = ['root' => value(0)];
        $lines = told($value, []); sort($lines);
        echo bin2hex('<?php return '.var_export($value, true).';'.PHP_EOL), ' ', implode(' ', $lines), "\n";
      }
      """#
    let output = try await withHost(database: true) { host in
      try host.write(writer, to: "/writer.php")
      let outcome = try await host.run("php", "/writer.php", within: 120)
      #expect(outcome.status == 0, "\(outcome.errors.prefix(500))")
      return outcome.output
    }
    let lines = output.split(separator: "\n")
    try #require(lines.count == 2_000)
    var values = 0
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let entries = try ExportReader.entries(of: bytes(ofHex: words[0]))
      let told = entries.map { name, entry in
        let value =
          switch entry.value {
          case .null: "null"
          case .bool(let value): "\(value)"
          case .text(let value): hex(value.bytes)
          }
        return "\(hex(Array(name.utf8)))=\(value)"
      }
      #expect(told.sorted() == words.dropFirst().sorted())
      values += told.count
    }
    #expect(values > 2_000)
  }
}
