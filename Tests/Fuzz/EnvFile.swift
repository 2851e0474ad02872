/// A dotenv file, in all dialects, and what Laravel makes of its values; or the configuration
/// that it has cached.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  let text = input(data, size)
  for dialect in Dotenv.Dialect.allCases { read(text, dialect) }
  compare(text, strict: .two, lenient: .lenientTwo)
  compare(text, strict: .three, lenient: .lenientThree)
  readCached(text)
  return 0
}

private func read(_ text: [UInt8], _ dialect: Dotenv.Dialect) {
  let last = 1 + text.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
  do throws(Dotenv.Refusal) {
    let file = try Dotenv(text, dialect: dialect)
    var line = 0
    for entry in file.entries {
      expect(entry.line >= line && entry.line <= last, "lines in their order, and in the file")
      line = entry.line
      expect(dialect.isOfLaravelFive || !entry.name.isEmpty, "a name")
      expect(!dialect.isOfLaravelFive || entry.value != nil, "a value")
      let found = file.entry(entry.name)
      expect(found?.name == entry.name, "what was read is found")
      judge(entry.value, dialect)
    }
    if let lost = file.lostFrom {
      expect(!dialect.isOfLaravelFive && lost <= last, "a line that is lost")
    }
  } catch {
    expect(error.line >= 1 && error.line <= last, "the line of a refusal")
  }
}

private func judge(_ value: HiddenValue?, _ dialect: Dotenv.Dialect) {
  let made = EnvironmentValue(value, dialect: dialect)
  if case .bool(let isOn) = made { expect(made.isTruthy == isOn && made.text == nil, "a switch") }
  if case .null = made { expect(made.written == nil && made.word == nil, "nothing") }
  guard let value else { return }
  expect(value.isSame(as: value), "a value is itself")
  for shown in ["\(value)", String(reflecting: value)] {
    expect(shown == "(\(value.bytes.count) bytes, not shown)", "a value is not shown")
  }
  if let text = made.text {
    expect(text.bytes.count <= value.bytes.count, "nothing is added")
    expect(made.isTruthy == !(text.bytes.isEmpty || text.bytes == [0x30]), "PHP's truth")
    expect(made.written?.bytes == text.bytes, "a text is written as it is")
    expect((made.word == nil) == text.bytes.isEmpty, "only nothing is no word")
  }
}

/// What the strict dialect of a phpdotenv accepts, the lenient one reads alike.
private func compare(_ text: [UInt8], strict: Dotenv.Dialect, lenient: Dotenv.Dialect) {
  guard let strict = try? Dotenv(text, dialect: strict) else { return }
  guard let lenient = try? Dotenv(text, dialect: lenient) else {
    return expect(false, "lenient is lenient")
  }
  expect(strict.entries.count == lenient.entries.count, "the same entries")
  for (one, other) in zip(strict.entries, lenient.entries) {
    expect(one.name == other.name && one.value?.bytes == other.value?.bytes, "the same values")
  }
}

private func readCached(_ text: [UInt8]) {
  let last = 1 + text.count { $0 == UInt8(ascii: "\n") }
  do throws(ExportReader.Refusal) {
    for entry in try ExportReader.entries(of: text).values {
      expect(entry.line >= 1 && entry.line <= last, "a line of the file")
    }
  } catch {
    expect(error.line >= 1 && error.line <= last, "the line where it ends")
  }
  readConfiguration(text, last)
}

/// The same as a file of the configuration that somebody wrote.
private func readConfiguration(_ text: [UInt8], _ last: Int) {
  do throws(ConfigurationReader.Refusal) {
    let entries = try ConfigurationReader.entries(of: text)
    for (name, entry) in entries {
      expect(entry.line >= 1 && entry.line <= last, "a line of the file")
      expect(!name.isEmpty || text.count > 0, "a name of the file")
      judge(entry.expression, depth: 0)
    }
  } catch {
    expect(error.line >= 1 && error.line <= last, "the line where it ends")
  }
}

private func judge(_ expression: ConfigurationReader.Expression, depth: Int) {
  expect(depth <= 100, "an end")
  switch expression {
  case .value(let value):
    if case .bool(let isOn) = value { expect(value.isTruthy == isOn, "a switch") }
  case .variable(_, let otherwise?): judge(otherwise, depth: depth + 1)
  case .variable(_, nil), .unknown: break
  }
}
