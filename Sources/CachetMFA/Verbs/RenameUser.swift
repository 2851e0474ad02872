import ArgumentParser
import Store
import Verifier

struct RenameUser: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename-user",
    abstract: "Move a record to the new name of a renamed account.")

  @Argument(help: "The former name.")
  var old: String
  @Argument(help: "The name that the account has now.")
  var new: String
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try Person(named: new)
    guard let former = AccountName(Array(old.utf8).span) else { throw .unknownAccount(old) }
    let output = Output(places)
    let store = try site.open()
    let owner = try site.trying(person) { () throws(StoreFailure) -> UInt32? in
      try store.record(of: former)?.credentials.uid
    }
    guard let owner else { throw .noRecord(old) }
    guard owner == person.uid else {
      throw .otherOwner(record: old, uid: owner, account: person)
    }
    do throws(StoreFailure) { try store.rename(former, to: person.account.name) } catch {
      if case .exists = error.defect { throw .recordTaken(person, site) }
      throw .store(error, site, person)
    }
    Journal.note("rename-user", user: person.name, detail: old, at: site)
    output.object { json in
      json.field("user", person.name)
      json.field("former", old)
    }
    output.line("the record of \(printable(old)) is now \(person.name)'s")
    try output.flush()
  }
}
