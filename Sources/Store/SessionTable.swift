internal import CPlatform
internal import OTP

/// Answers that were right a while ago, for doors where a browser repeats one with every request: a
/// table of fixed size, without names and answers. Layout: docs/formats.md, "web-sessions".
///
/// An answer that is none of them is a guess at them, and counts as one: a few from a session's own
/// origin end it.
///
/// Only the broker, which ends by itself within seconds, and root can take its lock.
public struct SessionTable: ~Copyable {
  private let descriptor: Int32
  private let key: InlineArray<32, UInt8>

  public static var file: FileName { FileName("web-sessions") }
  static let header = 4096
  static let sets = 1024
  static let length = header + sets * SessionSet.length

  /// What is known of an answer.
  public enum Finding: Sendable {
    /// Nothing: the caller decides it now, and settles it with the ticket.
    case unknown(Ticket)
    /// Somebody decides it at this moment.
    case underWay
    /// It was right `since`, a second of `seconds_since_boot`, and ended in a code of that length.
    case right(since: Int64, codeLength: Int)
    /// It was right, and that is over.
    case over
  }

  /// An answer that the caller decides.
  public struct Ticket: Sendable {
    /// Whether it counted as a miss.
    fileprivate let counted: Bool
    /// Sessions that ended by it.
    public let ended: Int
  }

  /// Whose answer it is, and the answer itself, under the table's key: nothing can be read off it.
  public struct Mark: Sendable {
    let set: Int
    /// Tells the users of one set apart.
    let user: InlineArray<6, UInt8>
    let mac: InlineArray<16, UInt8>
    /// Where it comes from: service and address.
    let origin: InlineArray<3, UInt8>
  }

  /// Opens the table in `folder`, and makes it first if it is not there.
  public init(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    let table = try folder.openTable(
      SessionTable.file, length: SessionTable.length, part: .sessions
    ) { () throws(StoreFailure) in try SessionTable.create(in: folder) }
    do throws(StoreFailure) {
      var start = InlineArray<40, UInt8>(repeating: 0)
      var room = start.mutableSpan
      try SessionTable.read(table, at: 0, into: &room)
      guard bigEndian(start.span.extracting(0..<8)) == SessionTable.magic else {
        throw StoreFailure(.sessions, .checksumMismatch)
      }
      var key = InlineArray<32, UInt8>(repeating: 0)
      var i = 0
      while i < key.count {
        key[i] = start[i + 8]
        i += 1
      }
      self.key = key
      descriptor = table
    } catch {
      close(table)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// "CMFASE2\n"
  private static let magic: UInt64 = 0x434d_4641_5345_320a

  private static func create(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    var page = InlineArray<4096, UInt8>(repeating: 0)
    var room = page.mutableSpan
    var i = 0
    while i < 8 {
      room[i] = UInt8(truncatingIfNeeded: magic >> UInt64(56 - 8 * i))
      i += 1
    }
    do throws(OTPFailure) {
      var key = room._mutatingExtracting(8..<40)
      try fillRandom(&key)
    } catch {
      throw StoreFailure(.sessions, .crypto(error))
    }
    try folder.create(
      file, with: page.span, followedByZeros: length - header, part: .sessions)
  }

  // MARK: marks

  /// The mark of `what`, an answer of `user` from `origin`. A user has room for eight, shared with those
  /// users whom chance puts into the same set.
  public func mark(
    of what: Span<UInt8>, user: Span<UInt8>, from origin: Span<UInt8>
  ) throws(StoreFailure) -> Mark {
    let owner = try keyed(user)
    let answer = try keyed(what)
    let place = try keyed(origin)
    var mac = InlineArray<16, UInt8>(repeating: 0)
    var i = 0
    while i < mac.count {
      mac[i] = answer[i]
      i += 1
    }
    var tag = InlineArray<6, UInt8>(repeating: 0)
    i = 0
    while i < tag.count {
      tag[i] = owner[i + 8]
      i += 1
    }
    let number = bigEndian(owner.span.extracting(0..<8))
    return Mark(
      set: Int(number % UInt64(SessionTable.sets)), user: tag, mac: mac,
      origin: [place[0], place[1], place[2]])
  }

  private func keyed(_ text: Span<UInt8>) throws(StoreFailure) -> InlineArray<64, UInt8> {
    var digest = InlineArray<64, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    do throws(OTPFailure) {
      try hmac(.sha256, key: key.span, text, into: &room)
    } catch {
      throw StoreFailure(.sessions, .crypto(error))
    }
    return digest
  }

  // MARK: answers

  /// What is known of the answer with `mark`, if it is good for `seconds`. What is not known counts as
  /// a miss of the sessions from its origin, and is noted as under way, where there is room; the caller
  /// settles it.
  public func claim(_ mark: Mark, seconds: Int64) throws(StoreFailure) -> Finding {
    let now = seconds_since_boot()
    guard now >= 0 else { throw StoreFailure(.sessions, .unreadable(errno: last_errno())) }
    return try change(mark.set) { (set: inout SessionSet) in
      if let place = set.find(mark) {
        let since = set.time(place)
        let age = set.age(place, now: now)
        switch set.state(place) {
        case SessionSet.State.right where age >= 0 && age < seconds:
          return .right(since: since, codeLength: set.codeLength(place))
        case SessionSet.State.underWay where age >= 0 && age < SessionSet.patience:
          return .underWay
        case SessionSet.State.underWay, SessionSet.State.missed:
          // A browser repeats what was refused: it is one miss.
          set.write(mark, SessionSet.State.underWay, codeLength: 0, now, at: place)
          return .unknown(Ticket(counted: false, ended: 0))
        default: return .over
        }
      }
      let ended = set.countMiss(mark, now: now, seconds: seconds)
      // What is tried, however much at once, takes the place of no session.
      let (place, worth) = set.place(now: now, seconds: seconds)
      if worth != .session {
        set.write(mark, SessionSet.State.underWay, codeLength: 0, now, at: place)
      }
      return .unknown(Ticket(counted: true, ended: ended))
    }
  }

  /// Notes that a claimed answer was right, and how long its code was; `nil`: it was not.
  public func settle(_ mark: Mark, _ ticket: Ticket, codeLength: Int?) throws(StoreFailure) {
    let now = seconds_since_boot()
    try change(mark.set) { (set: inout SessionSet) in
      if codeLength != nil, ticket.counted { set.forgiveMiss(mark) }
      let noted = set.find(mark)
      if let codeLength {
        // What was noted may have had to make room meanwhile.
        let place = noted ?? set.place(now: now, seconds: .max).place
        set.write(
          mark, SessionSet.State.right, codeLength: UInt8(truncatingIfNeeded: codeLength), now,
          at: place)
      } else if let noted {
        set.write(mark, SessionSet.State.missed, codeLength: 0, now, at: noted)
      }
    }
  }

  /// How many answers of `user` are good now, at the longest `seconds`.
  public func count(of user: Span<UInt8>, seconds: Int64) throws(StoreFailure) -> Int {
    let mark = try mark(of: user, user: user, from: user)
    let now = seconds_since_boot()
    return try change(mark.set) { (set: inout SessionSet) in
      var count = 0
      set.eachRight(of: mark) { (set: inout SessionSet, place: Int) in
        let age = set.age(place, now: now)
        if age >= 0, age < seconds { count += 1 }
      }
      return count
    }
  }

  /// Ends what `user` has; returns how many there were.
  public func end(_ user: Span<UInt8>) throws(StoreFailure) -> Int {
    let mark = try mark(of: user, user: user, from: user)
    return try change(mark.set) { (set: inout SessionSet) in
      var count = 0
      set.eachRight(of: mark) { (set: inout SessionSet, place: Int) in
        set.end(place)
        count += 1
      }
      return count
    }
  }

  // MARK: the file

  /// Lends one set, and writes it back, while nobody else does.
  private func change<R>(
    _ number: Int, _ body: (inout SessionSet) -> R
  ) throws(StoreFailure) -> R {
    while flock(descriptor, LOCK_EX) != 0 {
      guard last_errno() == EINTR else {
        throw StoreFailure(.sessions, .notLockable(errno: last_errno()))
      }
    }
    defer { _ = flock(descriptor, LOCK_UN) }
    var set = SessionSet()
    let start = SessionTable.header + number * SessionSet.length
    var room = set.bytes.mutableSpan
    try SessionTable.read(descriptor, at: start, into: &room)
    let result = body(&set)
    let written = unsafe set.bytes.span.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe pwrite(descriptor, base, bytes.count, off_t(start))
    }
    guard written == SessionSet.length else {
      throw StoreFailure(.sessions, .unwritable(errno: last_errno()))
    }
    return result
  }

  private static func read(
    _ file: Int32, at start: Int, into room: inout MutableSpan<UInt8>
  ) throws(StoreFailure) {
    let count = room.count
    let got = unsafe room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe pread(file, base, count, off_t(start))
    }
    guard got == count else { throw StoreFailure(.sessions, .unreadable(errno: last_errno())) }
  }
}
