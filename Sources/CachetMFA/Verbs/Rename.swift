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
    let site = try places.site()
    let person = try Whose.person(named: user)
    let (old, new) = (try FactorName(typed: old), try FactorName(typed: new))
    let output = Output(places)
    let store = try site.open()
    let renamed = try site.trying(person) { () throws(StoreFailure) -> FactorID? in
      guard let record = try store.record(of: person.account.name, uid: person.uid),
        record.credentials.index(named: old) != nil
      else { return nil }
      return try store.editWithoutKey(person.account.name, uid: person.uid) {
        (credentials: inout Credentials, _: borrowing StatePage) throws(StoreFailure) in
        guard let index = credentials.index(named: old) else { return nil }
        try credentials.rename(at: index, to: new)
        return credentials.factors[index]?.id
      }
    }
    guard let renamed else { throw .noFactor(old.spelled, person, site) }
    Journal.note("rename", user: person.name, factor: "totp:\(renamed.rawValue)", at: site)
    output.object { json in
      json.field("user", person.name)
      json.field("factor", new.spelled)
    }
    output.line("the factor \(quoted(old.spelled)) of \(person.name) is now \(quoted(new.spelled))")
    try output.flush()
  }
}
