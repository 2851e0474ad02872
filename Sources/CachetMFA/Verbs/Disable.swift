import ArgumentParser
import Store
import Verifier

struct Disable: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep a user out until 'enable', whatever they show.")

  @OptionGroup var whose: Whose
  @OptionGroup var places: Places

  func run() throws(Failure) {
    try Standing(whose, places).change(isDisabled: true) {
      (store: borrowing Store, person: Person) throws(StoreFailure) in
      let before = try store.disable(person.account.name, uid: person.uid, now: Times.now)
      guard before != 0 else { return .changed("\(person.name) is disabled") }
      return .unchanged("\(person.name) is disabled already, since \(Times.local(before))")
    }
  }
}
