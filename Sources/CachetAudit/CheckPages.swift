/// What is said about the checks themselves, in lines of at most `width` columns.
struct CheckPages {
  var width = 80

  var list: String {
    let families = Family.allCases.map { family in
      [family.rawValue]
        + Check.all.filter { $0.family == family }.flatMap { check in
          Paragraph.lines(
            behind: "  " + Paragraph.padded(check.severity.rawValue, to: 10)
              + Paragraph.padded(check.id, to: 25),
            check.title, indent: 37, width: width)
        }
    }
    return families.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  func page(of check: Check) -> String {
    let parts = [
      ("Wanted", check.title), ("Why", check.rationale), ("Fix", check.fix),
      ("Reference", check.reference),
    ]
    let lines = parts.flatMap { label, words in
      Paragraph.lines(
        behind: "  " + Paragraph.padded(label, to: 11), words, indent: 13, width: width)
    }
    return "\(check.id) (\(check.family.rawValue), \(check.severity.rawValue))\n\n"
      + lines.joined(separator: "\n") + "\n"
  }
}
