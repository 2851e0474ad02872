import Foundation
import TestSupport
import Testing

@testable import CachetAudit

/// Reports as others read them, against the schemas in `Schemas`, and against those that
/// SARIF_SCHEMA and JUNIT_SCHEMA name.
@Suite("Reports and their schemas")
struct SchemaTests {
  /// One of each line, in which checks hold, do not, are accepted, do not apply, are not made and
  /// fail, and names are hostile.
  private static func audits() throws -> [Audit] {
    try Installation.Line.allCases.map { line in
      let fixture = try Fixture(line)
      try fixture.set("APP_DEBUG", "on")
      try fixture.set("APP_URL", "http://status.example.org")
      try fixture.add("# cachet-mfa:ignore app-url <behind> a \"tunnel\" \u{202E} & more")
      try fixture.write("public/<\u{202E}\u{1B}\n\" & ü>.sql", "")
      try fixture.write("public/plain.sql/not a file", "")
      let search = "\(fixture.root)/app/Models/Traits/SearchableTrait.php"
      try? FileManager.default.removeItem(atPath: search)
      try FileManager.default.createDirectory(
        atPath: search, withIntermediateDirectories: true)
      let audit = try fixture.audit()
      #expect(!audit.open.isEmpty && audit.findings.contains { $0.accepted != nil })
      #expect(line == .three || !audit.failures.isEmpty)
      return audit
    } + [
      try Fixture(.three).audit(), Audit(checks: Check.all, stoppedBy: .notRegular(path: ".env")),
      try Fixture(.two4).audit { $0.advisories = .success(try Advisories.bundled()) },
    ]
  }

  @Test("sarif: what is printed is SARIF 2.1.0")
  func sarif() async throws {
    for audit in try Self.audits() {
      let report = try SARIFReport(audit).text()
      for schema in Self.schemas("report.sarif.schema.json", besides: "SARIF_SCHEMA") {
        let told = try await Self.validated(sarif: report, by: schema)
        #expect(told.status == 0, "\(schema): \(told.output)\(told.errors)")
      }
    }
  }

  @Test("junit: what is printed is what build servers read")
  func junit() async throws {
    for audit in try Self.audits() {
      let report = JUnitReport(audit: audit, failOn: .high).text()
      for schema in Self.schemas("report.junit.xsd", besides: "JUNIT_SCHEMA") {
        let told = try await Self.validated(junit: report, by: schema)
        #expect(told.status == 0, "\(schema): \(told.errors)")
      }
    }
  }

  @Test("sarif: a result that lacks something, or has too much, is refused")
  func sarifControls() async throws {
    let audit = try #require(try Self.audits().first)
    let log = try #require(
      JSONSerialization.jsonObject(with: Data(SARIFReport(audit).text().utf8)) as? [String: Any])
    let changes: [(String, (inout [String: Any]) -> Void)] = [
      ("no message", { $0["message"] = nil }),
      ("a message without text", { $0["message"] = [String: Any]() }),
      ("a message of two lines", { $0["message"] = ["text": "one\ntwo"] }),
      ("a message that turns", { $0["message"] = ["text": "one\u{202E}two"] }),
      ("a level that is none", { $0["level"] = "fatal" }),
      ("an unknown key", { $0["unknown"] = true }),
      ("no place", { $0["locations"] = [Any]() }),
      ("a rule that is no number", { $0["ruleIndex"] = "0" }),
      ("a whole path without a scheme", { $0["locations"] = Self.place("/etc/passwd") }),
      ("a place on another host", { $0["locations"] = Self.place("file://host/etc") }),
    ]
    for (what, change) in changes {
      var log = log
      var runs = try #require(log["runs"] as? [[String: Any]])
      var results = try #require(runs[0]["results"] as? [[String: Any]])
      change(&results[0])
      runs[0]["results"] = results
      log["runs"] = runs
      let text = String(
        decoding: try JSONSerialization.data(withJSONObject: log), as: UTF8.self)
      let told = try await Self.validated(sarif: text, by: Self.schema("report.sarif.schema.json"))
      #expect(told.status == 1, "\(what): \(told)")
    }
  }

  @Test(
    "junit: a case that lacks something, or has too much, is refused",
    arguments: [
      ("<failure type=\"critical\"", "<failure type=\"fatal\""),
      ("<failure type=\"critical\"", "<failure kind=\"critical\""),
      ("<testcase ", "<testcase unknown=\"1\" "), ("<testcase ", "<test "),
      (" failures=\"", " failures=\"some "), (" errors=\"0\"", ""),
      ("name=\"debug-mode: ", "name=\""),
      ("<skipped message=", "<skipped reason="),
    ])
  func junitControls(what: String, other: String) async throws {
    let audit = try #require(try Self.audits().first)
    let report = JUnitReport(audit: audit, failOn: .high).text()
    let place = try #require(report.firstRange(of: what))
    let told = try await Self.validated(
      junit: report.replacingCharacters(in: place, with: other),
      by: Self.schema("report.junit.xsd"))
    #expect(told.status != 0, "\(told)")
  }

  private static func place(_ uri: String) -> [Any] {
    [["physicalLocation": ["artifactLocation": ["uri": uri]]]]
  }

  private static func schema(_ name: String) -> String {
    Built.package.appending(path: "Tests/AuditTests/Schemas/\(name)").path
  }

  private static func schemas(_ name: String, besides variable: String) -> [String] {
    [schema(name), ProcessInfo.processInfo.environment[variable]].compactMap { $0 }
  }

  private static func validated(sarif report: String, by schema: String) async throws -> Outcome {
    try await withFolder { folder in
      let file = try folder.write(report, to: "report.sarif")
      return try await run(
        "jsonschema", ["--instance", file, schema], environment: ["PATH": path])
    }
  }

  private static func validated(junit report: String, by schema: String) async throws -> Outcome {
    try await withFolder { folder in
      let file = try folder.write(report, to: "report.xml")
      return try await run(
        "xmllint", ["--nonet", "--noout", "--schema", schema, file], environment: ["PATH": path])
    }
  }

  /// Where `packaging/dependencies` has seen the validators.
  private static let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
}
