extension Check {
  static let advisories: [Check] = [
    Check(
      id: "cve-2021-39165", family: .advisories, severity: .high,
      title: "the search of the public API takes known columns alone",
      rationale:
        "anybody can put SQL into a query of the API, and read passwords' hashes and API keys (CVE-2021-39165)",
      fix:
        "no release of 2.3 or 2.4 has the correction; use the fork's or 3.x, and until then let the proxy refuse unknown query names on /api/v1",
      reference: "GHSA-79mg-4w23-4fqc; cachet app/Models/Traits/SearchableTrait.php",
      look: { (subject) throws(Obstacle) in
        try subject.probe("app/Models/Traits/SearchableTrait.php") { file in
          guard file.contains("where($search)"), !file.contains("array_intersect_key(") else {
            return nil
          }
          return ("where($search)", "what a stranger asks for goes into the query as it came")
        }
      })
  ]
}

extension Subject {
  /// Looks into a file of Cachet's own code. Forks keep the number of the release they left from,
  /// so the lines tell, and the version does not.
  func probe(
    _ path: String, _ judge: (SourceFile) -> (at: StaticString, message: String)?
  ) throws(Obstacle) -> Verdict {
    guard installation.line != .three else {
      return .notApplicable("Cachet 3 does not have this code")
    }
    guard let file = try folder.read(path) else { return .notApplicable("\(path) is not there") }
    guard let seen = judge(file) else { return .holds }
    return .broken(Evidence(place: file.place(of: seen.at), about: path, message: seen.message))
  }
}
