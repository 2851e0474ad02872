internal import CPlatform
public import OTP

/// Recent attempts whose first factor was not proven: a table of fixed size, without names.
///
/// What it holds only ever delays unproven attempts, so that nobody on the internet can lock an
/// administrator out, and the place from which somebody signed in is delayed by what comes from there
/// alone. Layout: docs/formats.md.
@safe public struct AttemptTable: ~Copyable {
  private let base: UnsafeMutableRawPointer

  public static var file: FileName { FileName("attempts") }
  static let header = 4096
  static let words = 16384
  static let ways = 8
  static let length = header + 8 * words
  /// Seconds after which wrong answers count no more.
  static let memory: UInt64 = 86_400
  /// Seconds for which an origin is known by a sign-in.
  static let acquaintance: Int64 = 30 * 86_400

  /// Where an attempt comes from.
  public enum Origin {
    /// A remote host as PAM names it, an address or a name.
    case host(Quoted)
    /// A caller on this machine.
    case user(UInt32)
    /// Wherever: the ceiling per account.
    case anywhere
  }

  /// Maps the table in `folder`, and makes it first if it is not there.
  public init(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    try self.init(
      folder.openTable(AttemptTable.file, length: AttemptTable.length, part: .attempts) {
        () throws(StoreFailure) in try AttemptTable.create(in: folder)
      })
  }

  /// Maps the open table `file`, and closes it.
  private init(_ file: Int32) throws(StoreFailure) {
    defer { close(file) }
    let table = try unsafe TrustedFolder.mapTable(
      file, length: AttemptTable.length, part: .attempts)
    guard unsafe word_load(table) == AttemptTable.magic else {
      unsafe munmap(table, AttemptTable.length)
      throw StoreFailure(.attempts, .checksumMismatch)
    }
    unsafe base = table
  }

  deinit { unsafe munmap(base, AttemptTable.length) }

  /// "CMFAAT1\n", little endian.
  private static let magic: UInt64 = 0x0a31_5441_4146_4d43

  /// Writes all of the table, so that no page of it is missing when the file system fills up.
  private static func create(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    var page = InlineArray<4096, UInt8>(repeating: 0)
    var i = 0
    while i < 8 {
      page[i] = UInt8(truncatingIfNeeded: magic >> UInt64(8 * i))
      i += 1
    }
    var key = InlineArray<16, UInt8>(repeating: 0)
    var keyRoom = key.mutableSpan
    do throws(OTPFailure) { try fillRandom(&keyRoom) } catch {
      throw StoreFailure(.attempts, .crypto(error))
    }
    while i < 24 {
      page[i] = key[i - 8]
      i += 1
    }
    try folder.create(
      file, with: page.span, followedByZeros: length - header, part: .attempts)
  }

  // MARK: counting

  /// Asks to evaluate an answer for `account` from `origin`; a reservation must be settled.
  public func reserve(
    _ account: Span<UInt8>, from origin: Origin, now: Int64, _ limits: AttemptLimits
  ) throws(StoreFailure) -> AttemptAdmission {
    var admission = AttemptAdmission.crowded
    try update(account, origin, now: now) { (counter: AttemptCounter) -> AttemptCounter? in
      switch counter.admission(at: now, limits) {
      case .reserved(let next):
        admission = .reserved(found: counter.time)
        return next
      case .crowded: admission = .crowded
      case .wait(let seconds): admission = .wait(seconds)
      case .locked: admission = .locked
      }
      return nil
    }
    return admission
  }

  /// Settles a reservation that had found the time `found`.
  public func settle(
    _ outcome: Settlement, _ account: Span<UInt8>, from origin: Origin, now: Int64, found: Int64
  ) throws(StoreFailure) {
    try update(account, origin, now: now) { (counter: AttemptCounter) -> AttemptCounter? in
      counter.settled(outcome, now: now, found: found)
    }
  }

  /// Wrong answers so far for `account` from `origin`.
  public func refused(
    _ account: Span<UInt8>, from origin: Origin, now: Int64
  ) throws(StoreFailure) -> Int {
    var refused = 0
    try update(account, origin, now: now) { (counter: AttemptCounter) -> AttemptCounter? in
      refused = counter.refused
      return nil
    }
    return refused
  }

  /// Wrong answers so far for `account`, wherever they came from, and the seconds until one from where
  /// the account is not known is evaluated. Makes nothing that is not there.
  public static func strangers(
    _ account: AccountName, at location: StoreLocation, now: Int64, _ limits: AttemptLimits
  ) throws(StoreFailure) -> (refused: Int, wait: Int64) {
    var found = AttemptCounter(refused: 0, pending: 0, time: 0)
    do throws(StoreFailure) {
      let folder = try TrustedFolder(location.run, owners: location.owners, part: .attempts)
      let table = try AttemptTable(
        folder.openTable(AttemptTable.file, length: AttemptTable.length, part: .attempts))
      try account.withBytes { (name: Span<UInt8>) throws(StoreFailure) in
        try table.update(name, .anywhere, now: now) { (counter: AttemptCounter) in
          found = counter
          return nil
        }
      }
    } catch {
      guard case .missing = error.defect else { throw error }
    }
    return (found.refused, found.waiting(at: now, limits) ?? 0)
  }

  /// Forgets the wrong answers for `account` that count wherever they came from.
  public func unlock(_ account: Span<UInt8>, now: Int64) throws(StoreFailure) {
    try update(account, .anywhere, now: now) { (_: AttemptCounter) -> AttemptCounter? in
      AttemptCounter(refused: 0, pending: 0, time: 0)
    }
  }

  // MARK: acquaintance

  /// Remembers that `account` signed in from `origin`.
  ///
  /// The time of such a word is when it ends: attempts, whose time is past, never take its place.
  public func remember(
    _ account: Span<UInt8>, from origin: Origin, now: Int64
  ) throws(StoreFailure) {
    try update(account, origin, knowing: true, now: now) {
      (_: AttemptCounter) -> AttemptCounter? in
      AttemptCounter(refused: 1, pending: 0, time: now &+ AttemptTable.acquaintance)
    }
  }

  /// Whether `account` signed in from `origin` not long ago.
  public func remembers(
    _ account: Span<UInt8>, from origin: Origin, now: Int64
  ) throws(StoreFailure) -> Bool {
    var isThere = false
    try update(account, origin, knowing: true, now: now) {
      (word: AttemptCounter) -> AttemptCounter? in
      isThere = word.refused > 0
      return nil
    }
    return isThere
  }

  // MARK: words

  /// Finds the word of (account, origin), or takes an empty or the oldest one, and changes it.
  @inline(never)
  private func update(
    _ account: Span<UInt8>, _ origin: Origin, knowing: Bool = false, now: Int64,
    _ change: (AttemptCounter) -> AttemptCounter?
  ) throws(StoreFailure) {
    let hash = try keyed(account, origin, knowing: knowing)
    let tag = hash & 0x3ffff | 1
    let set = Int(hash >> 18) % (AttemptTable.words / AttemptTable.ways)
    let first = unsafe base + AttemptTable.header + 8 * AttemptTable.ways * set
    while true {
      var chosen = 0
      var oldest = Int64.max
      var found = UInt64(0)
      var known = false
      var way = 0
      while way < AttemptTable.ways, !known {
        let word = unsafe word_load(first + 8 * way)
        let time = AttemptCounter(tableWord: word).time
        known = word >> 46 == tag
        if known || time < oldest {
          (chosen, oldest, found) = (way, time, word)
        }
        way += 1
      }
      var counter = AttemptCounter(tableWord: found)
      let left = counter.time &- now
      let holds =
        knowing
        ? left > 0 && left <= AttemptTable.acquaintance : left.magnitude < AttemptTable.memory
      if !known || !holds { counter = AttemptCounter(refused: 0, pending: 0, time: 0) }
      guard let new = change(counter) else { return }
      // What is not known and stays empty takes nobody's place.
      if !known, new.refused == 0, new.pending == 0 { return }
      if unsafe word_swap(first + 8 * chosen, found, tag << 46 | new.tableValue) { return }
    }
  }

  /// 64 bits of HMAC-SHA256(hash key, account ‖ what the word is ‖ origin).
  @inline(never)
  private func keyed(
    _ account: Span<UInt8>, _ origin: Origin, knowing: Bool
  ) throws(StoreFailure) -> UInt64 {
    var message = InlineArray<400, UInt8>(repeating: 0)
    var count = 0
    while count < account.count, count < 300 {
      message[count] = account[count]
      count += 1
    }
    let kind: UInt8 = knowing ? 4 : 0
    switch origin {
    case .host(let name):
      message[count + 1] = kind | 1
      count += 2
      var i = 0
      while i < name.count {
        message[count] = name.bytes[i]
        (i, count) = (i + 1, count + 1)
      }
    case .user(let uid):
      message[count + 1] = kind | 2
      count += 2
      var i: UInt32 = 0
      while i < 4 {
        message[count] = UInt8(truncatingIfNeeded: uid >> (8 * i))
        (i, count) = (i + 1, count + 1)
      }
    case .anywhere:
      message[count + 1] = 3
      count += 2
    }
    var digest = InlineArray<64, UInt8>(repeating: 0)
    var room = digest.mutableSpan
    let key = unsafe Span<UInt8>(
      _unsafeStart: UnsafePointer((base + 8).assumingMemoryBound(to: UInt8.self)), count: 16)
    do throws(OTPFailure) {
      try hmac(.sha256, key: key, message.span.extracting(0..<count), into: &room)
    } catch {
      throw StoreFailure(.attempts, .crypto(error))
    }
    return bigEndian(digest.span.extracting(0..<8))
  }
}

extension AttemptCounter {
  /// tag (18 bits) ‖ time (30) ‖ refused (12) ‖ pending (4)
  init(tableWord: UInt64) {
    let time = Int64(truncatingIfNeeded: tableWord >> 16 & 0x3fff_ffff)
    self.init(
      refused: Int(tableWord >> 4 & 0xfff), pending: Int(tableWord & 0xf),
      time: time == 0 ? 0 : time &+ Release.time)
  }

  var tableValue: UInt64 {
    let time = UInt64(min(max(0, time &- Release.time), 0x3fff_ffff))
    return time << 16 | UInt64(min(refused, 0xfff)) << 4 | UInt64(min(pending, 0xf))
  }
}
