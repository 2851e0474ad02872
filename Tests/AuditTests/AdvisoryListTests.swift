import Testing

@testable import CachetAudit

@Suite("Lists of known holes")
struct AdvisoryListTests {
  private func list(_ text: String) throws -> AdvisoryList { try AdvisoryList(Array(text.utf8)) }

  private func ids(_ list: AdvisoryList, _ version: String) throws -> [String] {
    let version = try #require(ComposerVersion(version))
    return list.advisories.filter { $0.affected?.contains(version) == true }.map(\.id)
  }

  static let osv = """
    {"id": "GHSA-29cq-5w36-x7w3", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2025-54068"],
     "affected": [
       {"package": {"ecosystem": "Packagist", "name": "Livewire/livewire"},
        "ranges": [{"type": "ECOSYSTEM",
          "events": [{"introduced": "3.0.0-beta.1"}, {"fixed": "3.6.4"}]}]},
       {"package": {"ecosystem": "npm", "name": "livewire"}, "versions": ["1.0.0"]}],
     "database_specific": {"severity": "CRITICAL"}}
    """

  @Test("OSV: one entry, a list of them, and an answer of its service")
  func osv() throws {
    for text in [Self.osv, "[\(Self.osv)]", "{\"vulns\": [\(Self.osv)]}"] {
      let list = try list(text)
      #expect(list.advisories.count == 1)
      let advisory = try #require(list.advisories.first)
      #expect(advisory.id == "CVE-2025-54068" && advisory.package == "livewire/livewire")
      #expect(advisory.severity == .critical && list.published == nil)
      #expect(try ids(list, "3.0.0-alpha1").isEmpty && ids(list, "3.6.4").isEmpty)
      #expect(try ids(list, "3.0.0-beta.1") == [advisory.id] && ids(list, "3.6.3") == [advisory.id])
    }
  }

  @Test(
    "OSV: events in any order, several ranges, last_affected, single versions, what was taken back")
  func osvEvents() throws {
    func entry(_ affected: String, _ more: String = "") -> String {
      """
      {"id": "X-1"\(more), "affected": [{"package": {"ecosystem": "Packagist", "name": "a/b"}, \(affected)}]}
      """
    }
    func range(_ events: String) -> String {
      "\"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [\(events)]}]"
    }
    let turned = try list(
      entry(
        range(
          "{\"fixed\": \"2.5\"}, {\"introduced\": \"2.0\"}, {\"fixed\": \"1.5\"}, {\"introduced\": \"0\"}"
        )))
    for (version, isOpen) in [
      ("0.1", true), ("1.5", false), ("1.9", false), ("2.0", true), ("2.5", false),
    ] {
      #expect(try ids(turned, version).isEmpty != isOpen, "\(version)")
    }
    let last = try list(entry(range("{\"introduced\": \"1.0\"}, {\"last_affected\": \"1.9\"}")))
    #expect(try ids(last, "1.9") == ["X-1"] && ids(last, "1.9.1").isEmpty)
    let single = try list(entry("\"versions\": [\"v1.2\", \"dev-main\"]"))
    #expect(try ids(single, "1.2.0") == ["X-1"] && ids(single, "1.3").isEmpty)
    #expect(single.advisories.first?.severity == .high)
    let commits = try list(
      entry("\"ranges\": [{\"type\": \"GIT\", \"events\": [{\"introduced\": \"0\"}]}]"))
    #expect(commits.advisories.first?.affected == nil)
    let odd = try list(entry(range("{\"introduced\": \"dev-main\"}")))
    #expect(odd.advisories.first?.affected == nil)
    #expect(
      try list(entry(range("{\"introduced\": \"0\"}"), ", \"withdrawn\": \"2026-01-01T00:00:00Z\""))
        .advisories.isEmpty)
  }

  @Test("composer audit: by package, with and without a severity, and none at all")
  func composer() throws {
    let list = try list(
      """
      {"advisories": {"livewire/livewire": [
        {"advisoryId": "PKSA-1", "packageName": "livewire/livewire", "affectedVersions": ">=3.0.0-beta.1,<3.6.4",
         "title": "words", "cve": "CVE-2025-54068", "severity": "critical"},
        {"advisoryId": "PKSA-2", "packageName": "livewire/livewire", "affectedVersions": "<2.0|>=3.0,<3.1",
         "cve": null}],
       "a/b": {"1": {"advisoryId": "PKSA-3", "affectedVersions": "^1.0", "severity": "low"}}},
       "abandoned": []}
      """)
    #expect(list.advisories.map(\.id) == ["PKSA-3", "CVE-2025-54068", "PKSA-2"])
    #expect(list.advisories.map(\.severity) == [.low, .critical, .high])
    #expect(list.advisories.map { $0.affected == nil } == [true, false, false])
    #expect(try ids(list, "3.0.5") == ["CVE-2025-54068", "PKSA-2"])
    #expect(try self.list("{\"advisories\": [], \"abandoned\": {}}").advisories.isEmpty)
  }

  @Test(
    "what is no such list is refused",
    arguments: [
      "", "{}", "[1]", "\"x\"", "{\"advisories\": 7}", "{\"advisories\": {\"a/b\": 1}}",
      "{\"advisories\": {\"a\": [{\"advisoryId\": \"x\"}]}}",
      "{\"published\": \"soon\", \"advisories\": []}",
      "{\"published\": \"2026-01-01\", \"advisories\": [{\"id\": \"x\"}]}",
      "{\"published\": \"2026-01-01\", \"advisories\": [], \"lifetimes\": {\"php\": {\"8\": 1}}}",
      "{\"published\": \"2026-01-01\", \"advisories\": [], \"distributions\": [{}]}",
      "[{\"id\": \"x\"}]", "{\"affected\": []}",
    ])
  func refused(text: String) {
    #expect(throws: AdvisoryList.Refusal.self) { try list(text) }
  }
}
