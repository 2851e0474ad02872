import ArgumentParser
import Store
import Verifier

struct Enable: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a user in again that was disabled.")

  @OptionGroup var whose: Whose
  @OptionGroup var places: Places

  func run() throws(Failure) {
    try Standing(whose, places).change(isDisabled: false) {
      (store: borrowing Store, person: Person) throws(StoreFailure) in
      try store.enable(person.account.name, uid: person.uid)
        ? .changed("\(person.name) is enabled") : .unchanged("\(person.name) is not disabled")
    }
  }
}
