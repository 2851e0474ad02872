extension Check {
  /// Every check, in the order of the report.
  static let all: [Check] =
    production + configuration + database + liveDatabase + features + accounts + exposure
    + advisories + packages + webServer + trail
}
