import ArgumentParser
import Store
import Verifier

struct Disable: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep a user out until 'enable', whatever they show.")

  @OptionGroup var whose: Whose
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person()
    let output = Output(places)
    let store = try site.open()
    let before = try site.trying(person) { () throws(StoreFailure) in
      try store.disable(person.account.name, uid: person.uid, now: Times.now)
    }
    if before == 0 { Journal.note("disable", user: person.name, at: site) }
    output.object { json in
      json.field("user", person.name)
      json.field("disabled", true)
    }
    output.line(
      "\(person.name) is disabled\(before == 0 ? "" : " already, since \(Times.local(before))")")
    try output.flush()
  }
}
