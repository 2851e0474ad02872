import ArgumentParser
import OTP
import Store
import Verifier

struct Sessions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Count a user's web sessions, or end them.",
    discussion: """
      The sessions of the broker (session.SERVICE in the policy): for so long a browser is let in again \
      with an answer that was right. Sessions that Apache keeps by itself, in a cookie or a cache, are \
      not among them; 'cachet-mfa disable' keeps their user out at the next request.
      """)

  @OptionGroup var whose: Whose
  @Flag(help: "End them: the next request needs a new code.")
  var end = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    let output = Output(places)
    let longest = try site.appliedPolicy().longestSession
    let name = Array(person.name.utf8)
    let count = try site.trying(person) { () throws(StoreFailure) -> Int in
      let table = try SessionTable(in: Store.makePath(site.location.run, site.location.owners))
      return end ? try table.end(name.span) : try table.count(of: name.span, seconds: longest)
    }
    if end { Journal.note("sessions-end", user: person.name, detail: "\(count)", at: site) }
    output.object { json in
      json.field("user", person.name)
      json.field("sessions", end ? 0 : count)
      json.field("ended", end ? count : 0)
    }
    output.line(
      end
        ? "\(person.name): \(counted(count, "web session")) ended"
        : "\(person.name): \(counted(count, "web session"))")
    try output.flush()
  }
}

extension Policy {
  /// Seconds of the longest `session.SERVICE`; 0 where there is none.
  fileprivate var longestSession: Int64 {
    var longest: Int64 = 0
    eachEntry(of: .session) { (_, seconds) in
      longest = max(longest, Int64(truncatingIfNeeded: bigEndian(seconds)))
      return true
    }
    return longest
  }
}
