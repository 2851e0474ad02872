import Testing

@testable import CachetAudit

@Suite("Versions as Composer compares them")
struct ComposerVersionTests {
  @Test(
    "each is before the next",
    arguments: [
      [
        "3.0.0-dev", "3.0.0-alpha", "3.0.0-alpha1", "3.0.0-alpha.2", "3.0.0-alpha10",
        "3.0.0-beta.1-dev", "3.0.0-beta.1", "3.0.0-b2", "3.0.0-RC1", "v3.0", "3.0.0-p1",
        "3.0.0-patch2", "3.0.0.1", "3.0.1", "3.5.4", "3.6.3", "3.6.4", "3.10.0", "10.0",
      ]
    ])
  func order(texts: [String]) throws {
    let versions = try texts.map { try #require(ComposerVersion($0), "\($0)") }
    for (index, version) in versions.enumerated() {
      for (other, later) in versions.enumerated() {
        #expect((version < later) == (index < other), "\(texts[index]) \(texts[other])")
        #expect((version == later) == (index == other), "\(texts[index]) \(texts[other])")
      }
    }
  }

  @Test(
    "what is written in two ways is the same",
    arguments: [
      ("3.0", "v3.0.0.0"), ("1.0.0-beta2", "1.0b2"), ("1.0-RC.1", "1.0.0rc1"),
      ("1.0", "1.0-stable"),
      ("1.0.0-alpha.1", "1.0_a1"), ("2.0+build.7", "2.0"), ("1.0pl1", "1.0-patch1"),
      ("1.0.0.dev", "1.0_dev"),
      ("1.0-", "1."),
    ])
  func same(one: String, other: String) throws {
    #expect(try #require(ComposerVersion(one)) == #require(ComposerVersion(other)))
  }

  @Test(
    "a branch, an alias, a date and what is none are not compared",
    arguments: [
      "dev-main", "dev-develop", "12.x-dev", "3.x", "dev-main as 3.0", "3.0 as 2.0", "20190101", "",
      "v", "1.0-foo", "1.0-betaX", "1.0+", "9223372036854775808.0", "1.0.0.0.1",
      "1.99999999999999999999", "1.0-beta99999999999999999999", "a1.0", "-1", "1..0",
    ])
  func none(text: String) { #expect(ComposerVersion(text) == nil) }

  static let livewire = ">=3.0.0-beta.1,<3.6.4"

  /// Composer puts '-dev' behind the bound of a '<' and a '>=' that names no stability.
  @Test(
    "borders of a constraint",
    arguments: [
      (livewire, "3.0.0-alpha.9", false), (livewire, "3.0.0-beta.1", true),
      (livewire, "v3.5.4", true), (livewire, "3.6.3", true), (livewire, "3.6.3-p1", true),
      (livewire, "3.6.4-beta1", false), (livewire, "3.6.4-dev", false), (livewire, "3.6.4", false),
      (livewire, "2.12.7", false), (livewire, "4.0.0", false),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "0.1.0", true),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "2.12.6", true),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "2.12.7", false),
      ("<2.12.7 || >=3.0.0-beta.1,<3.5.2", "3.5.1", true),
      ("<2.12.7|>=3.0.0-beta.1,<3.5.2", "3.5.2", false),
      (">=3.0", "3.0.0-dev", true), (">=3.0", "3.0.0-alpha1", true), (">3.0", "3.0.0", false),
      (">3.0", "3.0.0-p1", true), (">3.0", "3.0.0-beta1", false), ("<=3.0", "3.0.0", true),
      ("<=3.0", "3.0.1", false), ("<=3.0", "3.0-beta1", true), ("<3.0-beta1", "3.0-alpha1", true),
      ("<3.0-beta1", "3.0-beta1", false), ("=3.0", "v3.0.0.0", true), ("==3.0", "3.0.1", false),
      ("3.0", "3.0.0", true), ("!=3.0,<4", "3.0", false), ("<>3.0 <4", "3.1", true),
    ])
  func constraint(text: String, version: String, isAffected: Bool) throws {
    let affected = try #require(AffectedVersions(constraint: text))
    #expect(try affected.contains(#require(ComposerVersion(version))) == isAffected)
  }

  @Test(
    "a range in another form is not understood",
    arguments: ["^3.0", "~3.0", "3.*", "3.0 - 3.6", "*", "", "|", ">=3.0,dev-main", "<"])
  func unknown(text: String) { #expect(AffectedVersions(constraint: text) == nil) }
}
