import ArgumentParser
import Store
import Verifier

struct Unlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Forget a user's wrong codes at every door.",
    discussion: """
      Forgotten too is what strangers without the password have tried, from all addresses together.

      --clock also forgets codes of a time that has not come yet: for a host whose clock was ahead \
      and now refuses every code.
      """)

  @OptionGroup var whose: Whose
  @Flag(help: "Forget used codes that lie in the future.")
  var clock = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    let output = Output(places)
    let store = try site.open()
    let isThere = try site.trying(person) { () throws(StoreFailure) -> Bool in
      guard let record = try store.record(of: person.account.name, uid: person.uid) else {
        return false
      }
      try record.state.unlock()
      if clock { try record.state.forgetSteps(after: Times.now) }
      try record.state.sync()
      let attempts = try AttemptTable(in: Store.makePath(site.location.run, site.location.owners))
      try person.account.name.withBytes { (name: Span<UInt8>) throws(StoreFailure) in
        try attempts.unlock(name, now: Times.now)
      }
      return true
    }
    guard isThere else { throw .notEnrolled(person, site) }
    Journal.note("unlock", user: person.name, detail: clock ? "clock" : nil, at: site)
    output.object { json in
      json.field("user", person.name)
      json.field("unlocked", true)
      json.field("clock", clock)
    }
    output.line("\(person.name) is unlocked at every door")
    if clock {
      output.line("codes up to \(Times.local(Times.now)) stay used, later ones are forgotten")
    }
    try output.flush()
  }
}
