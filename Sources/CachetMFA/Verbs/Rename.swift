import ArgumentParser
import Store
import Verifier

struct Rename: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give a factor another name.", usage: "cachet-mfa rename --user <user> <old> <new>")

  @Option(help: ArgumentHelp("The user's account; without it, who is not root is meant."))
  var user: String?
  @Argument(help: "What the factor is called.")
  var old: String
  @Argument(help: "What it shall be called.")
  var new: String
  @OptionGroup var places: Places

  func run() throws(Failure) {
    if places.areTheBrokers { return try ask(Remote(places, user)) }
    let site = try places.site()
    let person = try Whose.person(named: user)
    let (old, new) = (try FactorName(typed: old), try FactorName(typed: new))
    let output = Output(places)
    let store = try site.open()
    let renamed = try site.trying(person) { () throws(StoreFailure) in
      try store.rename(old, to: new, of: person.account.name, uid: person.uid)
    }
    guard let renamed else { throw .noFactor(old.spelled, person, site) }
    Journal.note("rename", user: person.name, factor: "totp:\(renamed.rawValue)", at: site)
    try tell(new, of: person, on: output)
  }

  private func ask(_ remote: Remote) throws(Failure) {
    let (old, new) = (try FactorName(typed: old), try FactorName(typed: new))
    let status = try remote.status()
    try remote.mustHave(old, status)
    try remote.change(.rename, Proof(of: remote.person, .change(status)), name: old, newName: new)
    try tell(new, of: remote.person, on: Output(places))
  }

  private func tell(_ new: FactorName, of person: Person, on output: Output) throws(Failure) {
    output.object { json in
      json.field("user", person.name)
      json.field("factor", new.spelled)
    }
    output.line("the factor \(quoted(old)) of \(person.name) is now \(quoted(new.spelled))")
    try output.flush()
  }
}
