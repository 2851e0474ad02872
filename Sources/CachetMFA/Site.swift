import CTerminal
import OTP
import Store
import Verifier

/// A store, where its parts are, and how the caller named them.
struct Site {
  let location: StoreLocation
  /// The folder that the caller named; nil for the system's places.
  let folder: String?
  let data: String
  let run: String
  let key: String
  /// `policy.applied`.
  let policy: String
  /// The options that lead here, as a shell takes them.
  private let options: String

  init(_ places: Places) throws(Failure) {
    var location = StoreLocation.system
    var data = "/var/lib/cachet-mfa"
    var run = "/run/cachet-mfa"
    var key = "/etc/cachet-mfa/host.key"
    var policy = "/etc/cachet-mfa/policy.applied"
    var folder: String?
    if let named = places.store {
      let absolute = try Site.absolute(named, option: "--store")
      guard let path = Path(Array(absolute.utf8).span), path.count < 1000 else {
        throw .badPath(option: "--store", value: named)
      }
      location = StoreLocation(folder: path)
      (data, run) = (absolute, absolute + "/run")
      (key, policy) = (absolute + "/host.key", absolute + "/policy.applied")
      folder = absolute
    }
    if let named = places.key {
      key = try Site.absolute(named, option: "--key")
      location.key = try Site.file(key, option: "--key")
    }
    if let named = places.policy {
      policy = try Site.absolute(named, option: "--policy")
      location.policy = try Site.file(policy, option: "--policy")
    }
    self.location = location
    (self.data, self.run, self.key, self.policy) = (data, run, key, policy)
    self.folder = folder
    let given = [("--store", places.store), ("--key", places.key), ("--policy", places.policy)]
    options = given.compactMap { (name, value) in value.map { " \(name) \(shellWord($0))" } }
      .joined()
  }

  /// `policy.conf`, which lies beside `policy.applied`.
  var policyText: String {
    policy.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/policy.conf"
  }

  /// The command that does `words` at this store.
  func command(_ words: String) -> String { "cachet-mfa \(words)\(options)" }

  /// The path of `part`, for the user whose folder is `record`.
  func path(of part: StoreFailure.Part, record: String?) -> String {
    let own = data + "/users/" + (record ?? "")
    switch part {
    case .folder: return data
    case .policy: return policy
    case .hostKey: return key
    case .storeID: return data + "/store.id"
    case .users: return data + "/users"
    case .record: return own
    case .credentials: return own + "/credentials"
    case .state: return own + "/state"
    case .attempts: return run + "/attempts"
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

  /// Opens the store; makes it, and a policy with it, where there is none yet or a half-made one.
  func openOrMake() throws(Failure) -> Store {
    do throws(StoreFailure) {
      let store = try Store(at: location)
      try store.mustBeTrusted()
      return store
    } catch {
      guard case .missing = error.defect else { throw .store(error, self, nil) }
    }
    try trying { () throws(StoreFailure) in
      try Store.mustNotBeElsewhere(location)
      _ = try Store.makePath(location.data, location.owners)
    }
    try makePolicy()
    try trying { () throws(StoreFailure) in try Store.make(at: location) }
    return try open()
  }

  // MARK: policy

  /// Reads the applied policy.
  func appliedPolicy() throws(Failure) -> Policy {
    var bytes = [UInt8](repeating: 0, count: Policy.largestApplied)
    let count = try trying { () throws(StoreFailure) -> Int in
      var room = bytes.mutableSpan
      let folder = try location.policy.open(location.owners, part: .policy)
      return try folder.read(location.policy.name, into: &room, part: .policy)
    }
    do throws(PolicyFailure) {
      return try Policy(applied: bytes.span.extracting(0..<count))
    } catch {
      throw .policy(error, file: policy)
    }
  }

  /// Writes `policy.applied`.
  func apply(_ policy: borrowing Policy) throws(Failure) {
    var bytes = [UInt8](repeating: 0, count: Policy.largestApplied)
    let count: Int
    do throws(PolicyFailure) {
      var room = bytes.mutableSpan
      count = try policy.writeApplied(into: &room)
    } catch {
      throw .policy(error, file: self.policy)
    }
    try trying { () throws(StoreFailure) in
      let folder = try location.policy.open(location.owners, part: .policy)
      try folder.locked(.policy) { () throws(StoreFailure) in
        folder.removeLeftovers()
        try folder.replace(
          location.policy.name, with: bytes.span.extracting(0..<count), part: .policy)
      }
    }
  }

  /// Writes the default `policy.conf` and applies it, where neither is there.
  private func makePolicy() throws(Failure) {
    guard let conf = FileName(Array("policy.conf".utf8).span) else { return }
    let text = Array(DefaultPolicy.text.utf8)
    let isNew = try trying { () throws(StoreFailure) -> Bool in
      let folder =
        try folder == nil && location.policy.folder.count > 0
        ? Store.makePath(location.policy.folder, location.owners)
        : location.policy.open(location.owners, part: .policy)
      var room = [UInt8](repeating: 0, count: Policy.largestApplied)
      var span = room.mutableSpan
      do throws(StoreFailure) {
        _ = try folder.read(location.policy.name, into: &span, part: .policy)
        return false
      } catch {
        guard case .missing = error.defect else { throw error }
      }
      do throws(StoreFailure) {
        try folder.create(conf, with: text.span, part: .policy)
      } catch {
        // An administrator's own policy waits for `policy apply`; a half-made store's is ours.
        guard case .exists = error.defect else { throw error }
        let count = try folder.read(conf, into: &span, part: .policy)
        return room[..<count].elementsEqual(text)
      }
      return true
    }
    guard isNew else { return }
    try apply(checkedPolicy(nil))
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
    guard let location = FileLocation(path: Array(path.utf8).span) else {
      throw .badPath(option: option, value: path)
    }
    return location
  }
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
