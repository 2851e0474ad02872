/// One thing that a source tells, before it is known which source and which line that was.
struct Occurrence: Sendable, Equatable {
  enum Kind: String, Sendable, CaseIterable {
    // Cachet's table.
    case signIn = "sign-in"
    case signOut = "sign-out"
    case codeAccepted = "code-accepted"
    case codeRefused = "code-refused"
    case secondFactorOn = "second-factor-on"
    case secondFactorOff = "second-factor-off"
    case keyRegenerated = "key-regenerated"
    case userCreated = "user-created"
    case userRemoved = "user-removed"
    case removed, changed
    // The web server.
    case passwordPosted = "password-posted"
    case codePosted = "code-posted"
    case keyPage = "key-page"
    case dashboard
    case setup
    case livewire
    case apiWrite = "api-write"
    case tooMany = "too-many-requests"
    // Holes that are known, in the web server's log; the last two in Cachet's too.
    case holeTried = "hole-tried"
    case secretFile = "secret-file"
    case debugBar = "debug-bar"
    case environmentSwitch = "environment-switch"
    case sqlProbe = "sql-probe"
    case mailSettings = "mail-settings"
    case livewireProbe = "livewire-probe"
    case livewireFailed = "livewire-failed"
    // Cachet's log.
    case failure
    // The second factor of this host.
    case guardAccepted = "guard-accepted"
    case guardRefused = "guard-refused"
    case guardUnavailable = "guard-unavailable"
    case guardChanged = "guard-changed"
    /// By a process that is not root's, as the module says by itself there; and what it never says.
    case untrusted, forged
    // The logs themselves.
    case logCut = "log-cut"
    case logGap = "log-gap"

    /// Seen by the rules alone: a page of the dashboard tells that somebody is in, no more.
    var isContext: Bool { self == .dashboard }

    /// A row of Cachet's table that somebody who is signed in, or has a key, is the cause of. The
    /// rows about accounts name whom they are about, and not who did it.
    var isActivity: Bool { self == .removed || self == .changed }
  }

  let time: Moment
  let kind: Kind
  var user: String?
  var address: String?
  /// A few words, printable, and without anything that was typed in secret.
  let detail: String
  /// A program of root's wrote it for somebody who started that.
  var isForCaller = false

  /// User and address, as far as they are known.
  var who: String { [user, address].compactMap { $0 }.joined(separator: " from ") }
}

/// What a line came to.
enum LineReading: Sendable, Equatable {
  case occurrence(Occurrence)
  /// A line about something else.
  case nothing
  /// A line that should be understood, and is not.
  case unreadable(String)
}

/// Understands the lines of one kind of log.
protocol LineReader: Sendable {
  mutating func read(_ line: ArraySlice<UInt8>) -> LineReading
  /// What follows was not read from the beginning.
  mutating func resume()
}

extension LineReader {
  mutating func resume() {}
}
