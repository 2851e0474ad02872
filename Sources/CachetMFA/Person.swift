import ArgumentParser
import CTerminal
import Store
import Verifier

/// The user a verb is about: an account of this host.
struct Person {
  let account: Account
  /// The canonical name, for people.
  var name: String { account.spelled }
  var uid: UInt32 { account.uid }
  /// The name of the folder of the record.
  var folder: String { account.name.encoded.withBytes { (bytes: Span<UInt8>) in text(bytes) } }

  /// The account called `typed`.
  init(named typed: String) throws(Failure) {
    switch Account.find(named: Array(typed.utf8).span) {
    case .found(let account): self.account = account
    case .unknown: throw .unknownAccount(typed)
    case .oversized: throw .accountTooLarge(typed)
    case .failed(let code): throw .accountsSilent(typed, errno: code)
    }
  }

  /// The account that runs this program.
  static func caller() throws(Failure) -> Person { try Person(uid: geteuid()) }

  /// The account at the keyboard, see `Caller`.
  static func signedIn() throws(Failure) -> Person { try Person(uid: Caller.uid) }

  private init(uid: UInt32) throws(Failure) {
    switch Account.find(uid: uid) {
    case .found(let account): self.account = account
    case .unknown: throw .unknownAccount(String(uid))
    case .oversized: throw .accountTooLarge(String(uid))
    case .failed(let code): throw .accountsSilent(String(uid), errno: code)
    }
  }
}

/// How a verb is told whom it is about: `--user alice`, or just `alice`.
struct Whose: ParsableArguments {
  @Argument(help: ArgumentHelp("The user's account.", valueName: "user"))
  var name: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The user's account, as an option; without either, who is not root is meant.",
      valueName: "user"))
  var user: String?

  /// Whom it is about, who may have a record in the store at `site`.
  func person(at site: Site) throws(Failure) -> Person {
    let typed = try typed()
    do throws(Failure) { return try Whose.person(named: typed) } catch {
      guard case .unknownAccount(let name) = error, site.hasRecord(of: name) else { throw error }
      throw .noAccountButRecord(name, site)
    }
  }

  /// The account called `typed`; without a name the caller's own, which root's is never taken for.
  static func person(named typed: String?) throws(Failure) -> Person {
    if let typed { return try Person(named: typed) }
    guard !Caller.isRoot else { throw .userMissing }
    return try Person.caller()
  }

  /// The name as it was given; nil where it was not.
  func typed() throws(Failure) -> String? {
    guard name == nil || user == nil else { throw .twoUsers }
    return name ?? user
  }
}
