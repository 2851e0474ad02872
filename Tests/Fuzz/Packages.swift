/// Files of Composer's and lists of known holes, as anybody may have written them, and the versions in
/// them.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  let text = input(data, size)
  readJSON(text)
  if let list = try? PackageList(text) { judge(list) }
  let last = 1 + text.count { $0 == UInt8(ascii: "\n") }
  for (name, line) in PackageList.lines(in: text) {
    expect(PackageList.isName(name) && line >= 1 && line <= last, "a line of the file")
  }
  if let list = try? AdvisoryList(text) { judge(list) }
  compare(String(decoding: text, as: UTF8.self))
  return 0
}

private func readJSON(_ text: [UInt8]) {
  let last = 1 + text.count { $0 == UInt8(ascii: "\n") }
  do throws(JSONValue.Refusal) {
    let value = try JSONValue(text)
    expect((try? JSONValue(text)) == value, "the same text is the same")
    // What is text or a number in it stands in the file; only escapes are longer there.
    expect(length(of: value) <= text.count, "nothing is added")
  } catch {
    expect(error.line >= 1 && error.line <= last, "the line where it ends")
  }
}

private func length(of value: JSONValue) -> Int {
  switch value {
  case .null, .bool: 1
  case .number(let text), .string(let text): text.utf8.count
  case .array(let elements): elements.reduce(0) { $0 + length(of: $1) }
  case .object(let members): members.reduce(0) { $0 + $1.key.utf8.count + length(of: $1.value) }
  }
}

private func judge(_ list: PackageList) {
  for (name, package) in list.packages {
    expect(PackageList.isName(name) && name == name.lowercased(), "a name")
    _ = ComposerVersion(package.version)
  }
  expect(list.forDevelopers.isSubset(of: list.packages.keys), "they are packages")
}

private func judge(_ list: AdvisoryList) {
  let versions = ["0.1", "1.0.0-beta1", "3.5.4", "99999.0"].compactMap { ComposerVersion($0) }
  expect(versions.count == 4, "versions")
  for advisory in list.advisories {
    expect(PackageList.isName(advisory.package) && !advisory.id.isEmpty, "a package and an id")
    for scalar in advisory.id.unicodeScalars {
      expect(Printable.isShown(scalar) || scalar == "?", "shown")
    }
    for version in versions { _ = advisory.affected?.contains(version) }
  }
}

/// Pairs of versions and a constraint, in lines: an order that holds together.
private func compare(_ text: String) {
  let lines = text.split(separator: "\n", maxSplits: 3).map(String.init)
  let versions =
    lines.compactMap { ComposerVersion($0) } + lines.compactMap { ComposerVersion(bound: $0) }
  for one in versions {
    expect(!(one < one) && one == one, "a version is itself")
    if let numbers = one.stable { expect(numbers.count == 4, "four numbers") }
    if let series = one.series(of: ["3", "5.7"]) {
      expect(series == "3" || series == "5.7", "a series")
    }
    for other in versions {
      let ways = [one < other, other < one, one == other].count { $0 }
      expect(ways == 1, "before, behind, or the same")
      for third in versions where one < other && other < third { expect(one < third, "an order") }
    }
  }
  for line in lines {
    guard let affected = AffectedVersions(constraint: line) else { continue }
    for version in versions { _ = affected.contains(version) }
  }
}
