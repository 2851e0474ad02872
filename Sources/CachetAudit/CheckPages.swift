/// What is said about the checks themselves.
enum CheckPages {
  static var list: String {
    var text = ""
    for family in Family.allCases {
      let checks = Check.all.filter { $0.family == family }
      guard !checks.isEmpty else { continue }
      text += "\(family.rawValue)\n"
      for check in checks {
        text += "  " + padded(check.id, to: 26) + padded(check.severity.rawValue, to: 10)
        text += check.title + "\n"
      }
    }
    return text
  }

  static func page(of check: Check) -> String {
    """
    \(check.id) (\(check.family.rawValue), \(check.severity.rawValue))

      Wanted     \(check.title)
      Why        \(check.rationale)
      Fix        \(check.fix)
      Reference  \(check.reference)

    """
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
