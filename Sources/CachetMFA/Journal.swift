import CTerminal
import OTP
import Verifier

/// The audit line of an administrative change (docs/formats.md, "The audit line").
///
/// Goes to the system log, facility authpriv, for every store. Whether it arrives nobody tells, and
/// that is no error. It never holds a secret.
enum Journal {
  static func note(
    _ verb: StaticString, user: String? = nil, factor: String? = nil, detail: String? = nil,
    at site: Site
  ) {
    var line = TextLine()
    line.append("event=")
    line.append(verb)
    line.append(" outcome=accepted")
    line.field(" user=", user.map(quotation))
    line.field(" factor=", factor.map(quotation))
    line.field(" detail=", detail.map(quotation))
    write(line, at: site)
  }

  /// Writes `line` and, behind it, who is at the keyboard and which store it is about.
  static func write(_ line: TextLine, at site: Site) {
    var line = line
    line.field(" by=", quotation(Caller.name))
    line.field(" store=", site.folder.map(quotation))
    line.withCString { unsafe log_line($0) }
  }

  private static func quotation(_ text: String) -> Quoted { Quoted(Array(text.utf8).span) }
}
