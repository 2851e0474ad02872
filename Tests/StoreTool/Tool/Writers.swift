import OTP
import Store
import StoreFaults

/// The ways in which a record changes, each from the same store: alice with the factor "phone" and
/// one recovery code.
enum Writer: String {
  case make, new, edit, add, remove, renew, rename
  /// No writer: what a sign-in does, and it never takes the lock.
  case signIn

  func run(at folder: Path) throws(StoreFailure) {
    let location = StoreLocation(folder: folder)
    guard self != .make else { return try Store.make(at: location) }
    let store = try Store(at: location)
    switch self {
    case .make: return
    case .new: try store.enrol(.bob, "phone", Known.first)
    case .edit:
      try store.edit(.alice, uid: Known.uid) {
        (credentials: inout Credentials, _, _) throws(StoreFailure) in credentials.disabledAt = 5
      }
    case .add: try store.enrol(.alice, "token", Known.second)
    case .remove:
      try store.edit(.alice, uid: Known.uid) {
        (credentials: inout Credentials, state, keys) throws(StoreFailure) in
        try credentials.remove(at: 0, now: Known.now, state: state, under: keys)
      }
    case .renew: try store.renew(.alice)
    case .rename: try store.rename(.alice, to: .carol)
    case .signIn: try store.signIn(.alice)
    }
  }
}

/// What the tests know beforehand.
enum Known {
  static let uid: UInt32 = 4711
  static let now: Int64 = 1_800_000_000
  static let later = now + 60
  static let first = Array("first plain secret..".utf8)
  static let second = Array("second plain secret.".utf8)
}

extension AccountName {
  private static func known(_ name: String) -> AccountName {
    guard let account = AccountName(Array(name.utf8).span) else { leave("no name: \(name)") }
    return account
  }
  static var alice: AccountName { known("alice") }
  static var bob: AccountName { known("bob") }
  static var carol: AccountName { known("carol") }
}

extension Store {
  /// Adds a factor that the code of step `Known.now` confirmed.
  borrowing func enrol(
    _ account: AccountName, _ name: String, _ secret: [UInt8]
  ) throws(StoreFailure) {
    try edit(account, uid: Known.uid) {
      (credentials: inout Credentials, state, keys) throws(StoreFailure) in
      guard let name = FactorName(Array(name.utf8).span), let parameters = Parameters() else {
        return
      }
      try credentials.add(
        name, parameters, secret: secret.span, confirmed: parameters.step(at: Known.now),
        now: Known.now, state: state, under: keys)
    }
  }

  /// Reserves, uses the step of `Known.later`, syncs, settles.
  borrowing func signIn(_ account: AccountName) throws(StoreFailure) {
    guard let record = try record(of: account, uid: Known.uid),
      let factor = record.credentials.factors[0]
    else { throw StoreFailure(.record, .missing) }
    let limits = AttemptLimits(after: 5, firstWait: 30, longestWait: 900, lockAfter: nil)
    guard case .reserved(let found) = try record.state.reserve(at: .ssh, now: Known.later, limits)
    else { throw StoreFailure(.state, .busy) }
    let step = factor.parameters.step(at: Known.later)
    let isNew = try record.state.accept(step, of: factor.id, factor.parameters)
    if isNew { try record.state.sync() }
    try record.state.settle(
      isNew ? .succeeded : .givenBack, at: .ssh, now: Known.later, found: found)
    guard isNew else { throw StoreFailure(.state, .stepUsed) }
    try record.state.note(.factor(factor.id), at: .ssh, now: Known.later)
  }

  /// One new recovery code, which the parent hears of.
  borrowing func renew(_ account: AccountName) throws(StoreFailure) {
    try edit(account, uid: Known.uid) {
      (credentials: inout Credentials, state, _) throws(StoreFailure) in
      try credentials.renew(.recovery, count: 1, expires: 0, now: Known.now, state: state) {
        (text: Span<UInt8>) in
        unsafe faults_show(String(decoding: text.indices.map { text[$0] }, as: UTF8.self))
      }
    }
  }
}
