import CTerminal
import OTP
import Store
import Verifier

/// A store, where its parts are, and how the caller named them.
struct Site {
  let location: StoreLocation
  /// The folder that the caller named; nil for the system's places.
  let folder: String?
  /// The options that lead here, as a shell takes them.
  private let options: String

  init(_ places: Places) throws(Failure) {
    var location = StoreLocation.system
    var folder: String?
    if let named = places.store {
      let absolute = try Site.absolute(named, option: "--store")
      // Room for the names of what is in there.
      guard let path = Path(Array(absolute.utf8).span), path.count < 1000 else {
        throw .badPath(option: "--store", value: named)
      }
      location = StoreLocation(folder: path)
      folder = absolute
    }
    if let named = places.key { location.key = try Site.file(named, option: "--key") }
    if let named = places.policy { location.policy = try Site.file(named, option: "--policy") }
    self.location = location
    self.folder = folder
    let given = [("--store", places.store), ("--key", places.key), ("--policy", places.policy)]
    options = given.compactMap { (name, value) in value.map { " \(name) \(shellWord($0))" } }
      .joined()
  }

  var data: String { location.data.spelled }
  /// The folder that the store's folder is in.
  var dataParent: String {
    location.data.withBytes { FileLocation(path: $0) }?.folder.spelled ?? "/"
  }
  var key: String { location.key.spelled }
  /// `policy.applied`.
  var policy: String { location.policy.spelled }
  /// What sign-ins read of it, which lies beside it.
  var policyForm: String { policy + ".compiled" }
  /// `policy.conf`, which lies beside it.
  var policyText: String { location.policy.folder.spelled(with: Site.policyText.spelled) }

  static var policyText: FileName { FileName("policy.conf") }

  /// The command that does `words` at this store.
  func command(_ words: String) -> String { "cachet-mfa \(words)\(options)" }

  /// The path of `part`, for the user whose folder is `record`.
  func path(of part: StoreFailure.Part, record: String?) -> String {
    let users = location.data.spelled(with: Store.usersFolder.spelled)
    let own = users + "/" + (record ?? "")
    switch part {
    case .folder: return data
    case .policy: return policyForm
    case .hostKey: return key
    case .storeID: return location.data.spelled(with: StoreID.file.spelled)
    case .users: return users
    case .record: return own
    case .credentials: return own + "/" + Credentials.file.spelled
    case .state: return own + "/" + StatePage.file.spelled
    case .sessions: return location.run.spelled(with: SessionTable.file.spelled)
    case .attempts: return location.run.spelled(with: AttemptTable.file.spelled)
    case .shares: return location.run.spelled(with: Share.file.spelled)
    }
  }

  // MARK: opening

  /// Does `body`, and says of its failures where and whose they are.
  func trying<R: ~Copyable>(
    _ person: Person? = nil, _ body: () throws(StoreFailure) -> R
  ) throws(Failure) -> R {
    do throws(StoreFailure) { return try body() } catch { throw .store(error, self, person) }
  }

  func open() throws(Failure) -> Store {
    try trying { () throws(StoreFailure) in try Store(at: location) }
  }

  /// Whether there is a store.
  var isMade: Bool {
    do throws(StoreFailure) {
      _ = try Store(at: location)
      return true
    } catch {
      return false
    }
  }

  /// Whether the store can be opened and holds a record, whole or not, under `name`.
  func hasRecord(of name: String) -> Bool {
    guard let name = AccountName(Array(name.utf8).span) else { return false }
    do throws(StoreFailure) {
      return switch try Store(at: location).record(of: name) {
      case .some: true
      case .none: false
      }
    } catch {
      switch error.part {
      case .record, .credentials, .state: return true
      case .folder, .policy, .hostKey, .storeID, .users, .sessions, .shares, .attempts: return false
      }
    }
  }

  /// Opens the store; makes it, and a policy with it, where there is none yet or a half-made one.
  func openOrMake() throws(Failure) -> Store {
    do throws(StoreFailure) {
      let store = try Store(at: location)
      try store.mustBeTrusted()
      return store
    } catch {
      guard case .missing = error.defect else { throw .store(error, self, nil) }
    }
    try trying { () throws(StoreFailure) in try Store.mustNotBeElsewhere(location) }
    do throws(StoreFailure) {
      _ = try Store.makePath(location.data, location.owners)
    } catch {
      guard case .missing = error.defect else { throw .store(error, self, nil) }
      throw .noFolder(for: self)
    }
    try makePolicy()
    try trying { () throws(StoreFailure) in try Store.make(at: location) }
    return try open()
  }

  // MARK: policy

  /// Reads the policy that sign-ins follow. Where a former version applied it, there is no form of it
  /// yet: it is made.
  func appliedPolicy() throws(Failure) -> Policy {
    do throws(NoPolicy) { return try Policy(at: location) } catch {
      switch error {
      case .file(let failure):
        guard case .missing = failure.defect, let policy = try compilePolicy() else {
          throw .store(failure, self, nil)
        }
        return policy
      case .form(let failure): throw .policy(failure, file: policyForm)
      }
    }
  }

  /// Makes the form of `policy.applied` again, if it is missing or another one; nil where there is no such file.
  func compilePolicy() throws(Failure) -> Policy? {
    var bytes = [UInt8](repeating: 0, count: PolicyAppliedText.largest)
    let count: Int
    do throws(StoreFailure) {
      var room = bytes.mutableSpan
      count = try location.policy.open(location.owners, part: .policy)
        .read(location.policy.name, into: &room, part: .policy)
    } catch {
      guard case .missing = error.defect else { throw .store(error, self, nil) }
      return nil
    }
    let policy: Policy
    do throws(PolicyFailure) {
      policy = try PolicyAppliedText.policy(bytes.span.extracting(0..<count))
    } catch {
      throw .policy(error, file: self.policy)
    }
    if !isInForce(policy) { try write(policy) }
    return policy
  }

  /// Whether sign-ins follow `policy`, byte by byte.
  private func isInForce(_ policy: borrowing Policy) -> Bool {
    guard let current = try? Policy(at: location) else { return false }
    return current.withForm { (now: Span<UInt8>) in
      policy.withForm { (then: Span<UInt8>) in equal(now, then) }
    }
  }

  /// Lets sign-ins follow `policy`, and keeps `text`, from which it was made.
  func apply(_ policy: borrowing Policy, madeFrom text: [UInt8]) throws(Failure) {
    var bytes = [UInt8](repeating: 0, count: PolicyAppliedText.largest)
    let count: Int
    do throws(PolicyFailure) {
      var room = bytes.mutableSpan
      count = try PolicyAppliedText.write(text.span, into: &room)
    } catch {
      throw .policy(error, file: self.policy)
    }
    try write(policy, keeping: bytes[..<count])
  }

  /// Writes `policy.applied`, where there is a new one, and then the form of `policy`, with which it is in force.
  private func write(
    _ policy: borrowing Policy, keeping applied: ArraySlice<UInt8>? = nil
  ) throws(Failure) {
    guard let form = Policy.form(of: location.policy.name) else {
      throw .store(StoreFailure(.policy, .missing), self, nil)
    }
    try trying { () throws(StoreFailure) in
      let folder = try location.policy.open(location.owners, part: .policy)
      try folder.locked(.policy) { () throws(StoreFailure) in
        folder.removeLeftovers()
        if let applied {
          try folder.replace(location.policy.name, with: applied.span, part: .policy)
        }
        try policy.withForm { (bytes: Span<UInt8>) throws(StoreFailure) in
          try folder.replace(form, with: bytes, part: .policy)
        }
      }
    }
  }

  /// Writes the default `policy.conf` and applies it, where neither is there.
  private func makePolicy() throws(Failure) {
    let text = Array(DefaultPolicy.text.utf8)
    let isNew = try trying { () throws(StoreFailure) -> Bool in
      let folder =
        try folder == nil
        ? Store.makePath(location.policy.folder, location.owners)
        : location.policy.open(location.owners, part: .policy)
      var room = [UInt8](repeating: 0, count: PolicyAppliedText.largest)
      var span = room.mutableSpan
      do throws(StoreFailure) {
        _ = try folder.read(location.policy.name, into: &span, part: .policy)
        return false
      } catch {
        guard case .missing = error.defect else { throw error }
      }
      do throws(StoreFailure) {
        try folder.create(Site.policyText, with: text.span, part: .policy)
      } catch {
        // An administrator's own policy waits for `policy apply`; a half-made store's is ours.
        guard case .exists = error.defect else { throw error }
        let count = try folder.read(Site.policyText, into: &span, part: .policy)
        return room[..<count].elementsEqual(text)
      }
      return true
    }
    guard isNew else { return }
    let checked = try policyText(nil)
    try apply(checkedPolicy(checked, file: nil), madeFrom: checked)
  }

  // MARK: paths

  private static func absolute(_ path: String, option: String) throws(Failure) -> String {
    guard !path.isEmpty else { throw .badPath(option: option, value: path) }
    var whole = path
    if !path.hasPrefix("/") {
      var room = [CChar](repeating: 0, count: 4096)
      guard unsafe working_folder(&room, room.count) else {
        throw .badPath(option: option, value: path)
      }
      whole = text(ofC: room) + "/" + path
    }
    let parts = whole.split(separator: "/").filter { $0 != "." }
    return "/" + parts.joined(separator: "/")
  }

  private static func file(_ path: String, option: String) throws(Failure) -> FileLocation {
    let absolute = try absolute(path, option: option)
    guard let location = FileLocation(path: Array(absolute.utf8).span) else {
      throw .badPath(option: option, value: path)
    }
    return location
  }
}

extension Path {
  fileprivate var spelled: String { withBytes { (bytes: Span<UInt8>) in text(bytes) } }

  /// The path of `name` in the folder that this is.
  fileprivate func spelled(with name: String) -> String {
    spelled + (spelled.hasSuffix("/") ? "" : "/") + name
  }
}

extension FileName {
  fileprivate var spelled: String { withBytes { (bytes: Span<UInt8>) in text(bytes) } }
}

extension FileLocation {
  fileprivate var spelled: String { folder.spelled(with: name.spelled) }
}

/// `text` in quotes, as messages name what somebody typed or called something.
func quoted(_ text: String) -> String { "'" + printable(text) + "'" }

/// `text` as one word of a shell's command line, in double quotes where it needs any.
func shellWord(_ text: String) -> String {
  let isPlain = text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "_.,:/@%+-".utf8.contains(byte)
    }
  }
  if isPlain, !text.isEmpty { return text }
  let escaped = printable(text).map { "\"$`\\".contains($0) ? "\\\($0)" : "\($0)" }
  return "\"" + escaped.joined() + "\""
}

/// "1 record", "2 records".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
