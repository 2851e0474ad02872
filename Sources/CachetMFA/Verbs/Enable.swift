import ArgumentParser
import Store
import Verifier

struct Enable: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a user in again that was disabled.")

  @OptionGroup var whose: Whose
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person()
    let output = Output(places)
    let store = try site.open()
    let was = try site.trying(person) { () throws(StoreFailure) in
      try store.enable(person.account.name, uid: person.uid)
    }
    if was { Journal.note("enable", user: person.name, at: site) }
    output.object { json in
      json.field("user", person.name)
      json.field("disabled", false)
    }
    output.line("\(person.name) is \(was ? "enabled" : "not disabled")")
    try output.flush()
  }
}
