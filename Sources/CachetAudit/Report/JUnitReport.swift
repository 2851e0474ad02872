/// The report as JUnit XML, as build servers read it: a suite for each family, a case for each
/// check. A case fails where the run fails: from a severity on; what is less is told beside it.
struct JUnitReport {
  let audit: Audit
  let failOn: Severity

  func text() -> String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    let suites = Family.allCases.compactMap { suite($0) }
    text += "<testsuites>\n"
    for suite in suites { text += suite }
    return text + "</testsuites>\n"
  }

  private func suite(_ family: Family) -> String? {
    let results = audit.results.filter { $0.check.family == family }
    guard !results.isEmpty else { return nil }
    var cases = ""
    var (failures, errors, skipped) = (0, 0, 0)
    for result in results {
      var inner = ""
      switch result.outcome {
      case .held: break
      case .found(let findings):
        let open = findings.filter { $0.accepted == nil }
        guard !open.isEmpty else { break }
        let told = open.map(\.evidence.words)
        guard result.check.severity >= failOn else {
          let lines = ["\(result.check.severity.rawValue):"] + told + ["fix: \(result.check.fix)"]
          inner += "      <system-out>\(Self.escaped(lines.joined(separator: "\n")))</system-out>\n"
          break
        }
        failures += 1
        let message = Self.escaped(told.first ?? "")
        inner += "      <failure type=\"\(result.check.severity.rawValue)\" message=\"\(message)\">"
        inner += Self.escaped((told + ["fix: \(result.check.fix)"]).joined(separator: "\n"))
        inner += "</failure>\n"
      case .notApplicable(let why), .notAsked(let why):
        skipped += 1
        inner += "      <skipped message=\"\(Self.escaped(why))\"/>\n"
      case .failed(let obstacle):
        errors += 1
        inner += "      <error message=\"\(Self.escaped(obstacle.words))\"/>\n"
      }
      cases += "    <testcase classname=\"\(Self.escaped(family.rawValue))\""
      cases += " name=\"\(result.check.id): \(Self.escaped(result.check.title))\" time=\"0\""
      cases += inner.isEmpty ? "/>\n" : ">\n\(inner)    </testcase>\n"
    }
    return "  <testsuite name=\"\(Self.escaped(family.rawValue))\" tests=\"\(results.count)\""
      + " failures=\"\(failures)\" errors=\"\(errors)\" skipped=\"\(skipped)\" time=\"0\">\n"
      + cases + "  </testsuite>\n"
  }

  /// What a screen would obey becomes a reference, and what XML does not know a question mark.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n": escaped += "&#10;"
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "?"
      default:
        if Printable.isShown(scalar) {
          escaped.unicodeScalars.append(scalar)
        } else {
          escaped += "&#\(scalar.value);"
        }
      }
    }
    return escaped
  }
}
