import Foundation
import TestSupport
import Testing

@testable import CachetAudit

@Suite(
  "Files of the configuration, compared with real PHP",
  .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct PHPConfigurationTests {
  @Test("2,000 files, as people write them")
  func real() async throws {
    let output = try await withHost(database: true) { host in
      try host.write(Self.writer, to: "/writer.php")
      let outcome = try await host.run("php", "/writer.php", within: 120)
      #expect(outcome.status == 0, "\(outcome.errors.prefix(500))")
      return outcome.output
    }
    let lines = output.split(separator: "\n")
    try #require(lines.count == 2_000)
    var (read, told, refused) = (0, 0, 0)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let file = bytes(ofHex: words[0])
      guard let entries = try? ConfigurationReader.entries(of: file) else {
        refused += 1
        continue
      }
      read += 1
      let real = Set(words.dropFirst())
      for (name, entry) in entries {
        guard let value = Self.value(of: entry.expression) else { continue }
        told += 1
        #expect(
          real.contains("\(hex(Array(name.utf8)))=\(value)"),
          "\(name) in \(String(decoding: file, as: UTF8.self))")
      }
    }
    #expect(read > 1_800 && refused > 20 && told > 2_000, "\(read), \(refused), \(told)")
  }

  /// As the writer's `env` has it, and writes it; `nil` for what only PHP knows.
  private static func value(of expression: ConfigurationReader.Expression?) -> String? {
    switch expression {
    case nil, .value(.null)?: "null"
    case .value(.bool(let value))?: "\(value)"
    case .value(.text(let text))?: hex(text.bytes)
    case .variable("SET", _)?: hex(Array("of the file".utf8))
    case .variable("ON", _)?: "true"
    case .variable(_, let otherwise)?: value(of: otherwise)
    case .unknown?: nil
    }
  }

  private static let writer = #"""
    <?php
    mt_srand(20261201);
    function env($name, $otherwise = null) { return ['SET' => 'of the file', 'ON' => true][$name] ?? $otherwise; }
    class Known { const A = 'of a class'; }
    function one(...$of) { return $of[array_rand($of)]; }
    function gap() {
      return one('', '', '', ' ', "\n  ", "\t", " // 'x' => 1, ]\n", " # env('SET')\n", ' /* ] , */ ', "// a\r", "#\r\n");
    }
    function text() {
      $pieces = ['a', 'b c', '/', '*', '[', ']', ',', '=>', '//', '#', '%', '.', "\xc3\xa4", '?', '<', '>', "\n", '{'];
      $double = mt_rand(0, 2) == 0;
      $text = '';
      for ($i = mt_rand(0, 4); $i > 0; $i--)
        $text .= mt_rand(0, 5) ? one(...$pieces)
          : ($double ? one('\\n', '\\"', '$x', '\\\\', "'", '\\x41', '{$x}') : one("\\'", '\\\\', '\\n', '"', '$x'));
      return $double ? "\"$text\"" : "'$text'";
    }
    function name() { return one("'SET'", "'ON'", "'UNSET'", '"SET"', "'UNSET'"); }
    function term($depth) {
      $called = one('env', 'env', '\\env', 'ENV');
      switch (mt_rand(0, 12)) {
        case 0: return one('true', 'false', 'null', 'TRUE', 'False', 'NULL', '\\true');
        case 1: return one('0', '7', '120', '-3', '0x1F', '017', '1.5', '1e3', '1_000', '-0', '9223372036854775808');
        case 2: case 3: return text();
        case 4: return $called.gap().'('.gap().name().gap().')';
        case 5: case 6: case 7: case 8: case 9:
          if ($depth > 3) return 'null';
          return $called.'('.gap().name().gap().','.gap().value($depth + 1).gap().one('', '', ',').')';
        case 10: return one('(bool)', '(bool) ').one("env('ON')", "env('ON', false)", 'true', 'false');
        case 11: return '(string)'.gap().one("env('SET')", "env('UNSET', 'x')", "'y'");
        default: return one('Known::A', '\\Known::A', "strtolower('X')", 'PHP_INT_SIZE', '$made', 'fn () => [1, 2]', 'new Known');
      }
    }
    function value($depth) {
      switch (mt_rand(0, 19)) {
        case 0: return term($depth).gap().one('.', '?:', '??', '+', '&&', 'and', '<=>').' '.one("'1'", '2', "env('ON')");
        case 1: return term($depth).' ? '.text().' : '.term($depth);
        case 2: return '('.term($depth).')';
        case 3: return "[1, 'a' => 2]['a']";
        case 4: return '!'.term($depth);
        default: return term($depth);
      }
    }
    function made($depth) {
      $long = mt_rand(0, 3) == 0;
      $text = $long ? one('array', 'Array').gap().'(' : '[';
      for ($i = mt_rand(0, 5); $i > 0; $i--) {
        $text .= gap();
        $key = mt_rand(0, 60) ? bin2hex(random()) : 'same';
        $text .= one("'k$key'", "'k$key'", "'k$key'", "\"k$key\"", "'k.$key'", "Known::A.'$key'", '', mt_rand(0, 9) ? "'x$key'" : '...[]');
        if (substr($text, -5) == '...[]') { $text .= ','; continue; }
        if (in_array(substr($text, -1), ["'", '"'])) $text .= gap().'=>'.gap();
        $text .= $depth < 3 && mt_rand(0, 3) == 0 ? made($depth + 1).one('', '', '', '', '', ' + [1]') : value(0);
        $text .= gap().',';
      }
      if (mt_rand(0, 1)) $text = rtrim($text, ',');
      return $text.gap().($long ? ')' : ']');
    }
    function random() { return pack('n', mt_rand(0, 65535)); }
    function told($value, $path) {
      if (is_array($value)) {
        $lines = [];
        foreach ($value as $key => $inner) $lines = array_merge($lines, told($inner, [...$path, str_replace('.', '\\.', $key)]));
        return $lines;
      }
      $kind = is_null($value) ? 'null' : (is_bool($value) ? ($value ? 'true' : 'false')
        : (is_scalar($value) ? bin2hex(is_string($value) ? $value : var_export($value, true)) : 'object'));
      return [bin2hex(implode('.', $path)).'='.$kind];
    }
    error_reporting(0);
    for ($i = 0; $i < 2000;) {
      $file = '<?php'.one("\n", ' ', "\n// return [];\n", "\nuse Known as Other;\n").one('', '', "\$made = 'of a line';\n")
        .'return '.made(0).gap().';'.one('', "\n", "\nexit(1);\n", ' ?> text');
      file_put_contents('/made.php', $file);
      $x = 'outer'; $made = null;
      ob_start();
      try { $value = include '/made.php'; } catch (Throwable $error) { ob_end_clean(); continue; }
      ob_end_clean();
      if (!is_array($value)) continue;
      echo bin2hex($file), ' ', implode(' ', told($value, [])), "\n";
      $i++;
    }
    """#
}
