public import OTP

/// The text form of a record. Reading is strict: one order, one spelling, nothing behind the end.
extension Credentials {
  /// Reads the file `credentials` in the record's `folder`.
  public static func read(
    in folder: borrowing TrustedFolder
  ) throws(StoreFailure) -> Credentials {
    var room = InlineArray<16384, UInt8>(repeating: 0)
    var span = room.mutableSpan
    let count = try folder.read(Credentials.file, into: &span, part: .credentials)
    return try parse(room.span.extracting(0..<count))
  }

  /// Reads the text form.
  public static func parse(_ text: Span<UInt8>) throws(StoreFailure) -> Credentials {
    var cursor = TextCursor(part: .credentials)
    var credentials = Credentials(
      record: RecordID(bytes: InlineArray(repeating: 0)), uid: 0, key: KeyID(rawValue: 0),
      salt: InlineArray(repeating: 0), iterations: 0)
    credentials.readHead(text, &cursor)
    credentials.readLists(text, &cursor)
    let covered = cursor.position
    var stated = InlineArray<32, UInt8>(repeating: 0)
    var room = stated.mutableSpan
    cursor.expect("sha256", in: text)
    cursor.hex(text, into: &room)
    cursor.endLine(text)
    try cursor.finish(text)
    let own = try digest(of: text.extracting(0..<covered))
    guard equal(own.span, stated.span) else {
      throw StoreFailure(.credentials, .checksumMismatch)
    }
    return credentials
  }

  private mutating func readHead(_ text: Span<UInt8>, _ cursor: inout TextCursor) {
    cursor.expect(line: "cachet-mfa credentials 1", in: text)
    cursor.expect("record", in: text)
    var room = record.bytes.mutableSpan
    cursor.hex(text, into: &room)
    cursor.endLine(text)
    cursor.expect("uid", in: text)
    uid = UInt32(truncatingIfNeeded: cursor.number(text, 0...Int(UInt32.max)))
    cursor.endLine(text)
    cursor.expect("key", in: text)
    key = KeyID(rawValue: cursor.word64(text))
    cursor.endLine(text)
    cursor.expect("kdf", in: text)
    room = salt.mutableSpan
    cursor.hex(text, into: &room)
    iterations = cursor.number(text, Credentials.iterationCounts)
    cursor.endLine(text)
    if cursor.takes("disabled", in: text) {
      disabledAt = cursor.time(text, atLeast: 1)
      cursor.endLine(text)
    }
  }

  private mutating func readLists(_ text: Span<UInt8>, _ cursor: inout TextCursor) {
    while cursor.takes("factor", in: text) {
      guard readFactor(text, &cursor) else { return cursor.reject() }
      cursor.endLine(text)
    }
    while cursor.takes("set", in: text) {
      guard readSet(text, &cursor) else { return cursor.reject() }
    }
    while cursor.takes("removed", in: text) {
      guard readRemoved(text, &cursor) else { return cursor.reject() }
      cursor.endLine(text)
    }
  }

  // Functions of their own, so that their copies of an entry do not lie on the stack side by side.
  @inline(never)
  private mutating func readFactor(_ text: Span<UInt8>, _ cursor: inout TextCursor) -> Bool {
    guard let factor = SealedFactor(reading: text, &cursor), !uses(factor.id),
      index(named: factor.name) == nil
    else { return false }
    return factors.append(factor)
  }

  @inline(never)
  private mutating func readSet(_ text: Span<UInt8>, _ cursor: inout TextCursor) -> Bool {
    let line = cursor
    guard let new = OneTimeSet(reading: text, &cursor) else { return false }
    guard set(of: new.kind) == nil, sets[0]?.place != new.place, sets.append(new) else {
      // The hashes are behind us; it is the set's own line that is wrong.
      cursor = line
      return false
    }
    return true
  }

  @inline(never)
  private mutating func readRemoved(_ text: Span<UInt8>, _ cursor: inout TextCursor) -> Bool {
    guard let gone = RemovedFactor(reading: text, &cursor), !uses(gone.id) else { return false }
    return removed.append(gone)
  }

  /// Writes the text form; `overflowed` is never set, the largest record fits twice.
  public borrowing func write(to text: inout TextRoom) throws(StoreFailure) {
    text.append("cachet-mfa credentials 1\nrecord ")
    text.append(hex: record.bytes.span)
    text.append("\nuid ")
    text.append(decimal: Int64(uid))
    text.append("\nkey ")
    text.append(hex: key.rawValue)
    text.append("\nkdf ")
    text.append(hex: salt.span)
    text.append(" ")
    text.append(decimal: Int64(iterations))
    text.append("\n")
    if disabledAt != 0 {
      text.append("disabled ")
      text.append(decimal: disabledAt)
      text.append("\n")
    }
    var i = 0
    while let factor = factors[i] {
      factor.write(to: &text)
      i += 1
    }
    i = 0
    while let set = sets[i] {
      set.write(to: &text)
      i += 1
    }
    i = 0
    while let gone = removed[i] {
      gone.write(to: &text)
      i += 1
    }
    let sum = try text.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in
      try digest(of: bytes)
    }
    text.append("sha256 ")
    text.append(hex: sum.span)
    text.append("\n")
  }

  /// Replaces the file in the record's `folder`.
  public borrowing func replace(in folder: borrowing TrustedFolder) throws(StoreFailure) {
    var text = TextRoom()
    try write(to: &text)
    guard !text.overflowed else { throw StoreFailure(.credentials, .tooLarge) }
    try text.withBytes { (bytes: Span<UInt8>) throws(StoreFailure) in
      // What could not be read back would lock its user out.
      _ = try Credentials.parse(bytes)
      try folder.replace(Credentials.file, with: bytes, part: .credentials)
    }
  }

  /// Whether a factor or a removed one has `id`.
  @inline(never)
  func uses(_ id: FactorID) -> Bool {
    var i = 0
    while let factor = factors[i] {
      if factor.id == id { return true }
      i += 1
    }
    i = 0
    while let gone = removed[i] {
      if gone.id == id { return true }
      i += 1
    }
    return false
  }
}

@inline(never)
private func digest(of bytes: Span<UInt8>) throws(StoreFailure) -> InlineArray<32, UInt8> {
  var sum = InlineArray<32, UInt8>(repeating: 0)
  var room = sum.mutableSpan
  do throws(OTPFailure) { try sha256(bytes, into: &room) } catch {
    throw StoreFailure(.credentials, .crypto(error))
  }
  return sum
}

extension SealedFactor {
  /// Reads the line from behind its first word to before its end.
  fileprivate init?(reading text: Span<UInt8>, _ cursor: inout TextCursor) {
    let number = cursor.number(text, FactorID.all)
    let word = cursor.field(text)
    let digits = cursor.number(text, Parameters.digitCounts)
    let period = cursor.number(text, Parameters.periods)
    let created = cursor.time(text)
    let hex = cursor.field(text)
    let name = cursor.rest(text)
    var sealed = InlineArray<92, UInt8>(repeating: 0)
    var room = sealed.mutableSpan
    guard let id = FactorID(number),
      let algorithm = HashAlgorithm(named: text.extracting(word)),
      let parameters = Parameters(algorithm: algorithm, digits: digits, period: period),
      SealedFactor.sealedLengths.contains(hex.count / 2),
      readHex(text.extracting(hex), into: &room),
      let name = FactorName(text.extracting(name))
    else { return nil }
    self.init(
      id: id, parameters: parameters, created: created, name: name, sealed: sealed,
      sealedCount: hex.count / 2)
  }

  fileprivate func write(to text: inout TextRoom) {
    text.append("factor ")
    text.append(decimal: Int64(id.rawValue))
    text.append(" ")
    text.append(parameters.algorithm.name)
    text.append(" ")
    text.append(decimal: Int64(parameters.digits))
    text.append(" ")
    text.append(decimal: Int64(parameters.period))
    text.append(" ")
    text.append(decimal: created)
    text.append(" ")
    text.append(hex: sealed.span.extracting(0..<sealedCount))
    text.append(" ")
    name.withBytes { (bytes: Span<UInt8>) in text.append(bytes) }
    text.append("\n")
  }
}

extension OneTimeSet {
  static let places = 0...7
  static let hashCounts = 1...16

  /// Reads the line from behind its first word, and the lines of its hashes.
  fileprivate init?(reading text: Span<UInt8>, _ cursor: inout TextCursor) {
    let place = cursor.number(text, OneTimeSet.places)
    let generation = cursor.number(text, 0...Int(UInt16.max))
    let word = cursor.field(text)
    let created = cursor.time(text)
    let expires = cursor.time(text)
    let count = cursor.number(text, OneTimeSet.hashCounts)
    let kind: Kind
    switch text.extracting(word) {
    case "recovery": kind = .recovery
    case "invitation": kind = .invitation
    default: return nil
    }
    cursor.endLine(text)
    var hashes = Hashes()
    var hash = InlineArray<32, UInt8>(repeating: 0)
    while hashes.count < count {
      cursor.expect("hash", in: text)
      var room = hash.mutableSpan
      cursor.hex(text, into: &room)
      cursor.endLine(text)
      guard hashes.append(hash.span) else { return nil }
    }
    self.init(
      kind: kind, place: place, generation: UInt16(truncatingIfNeeded: generation),
      created: created, expires: expires, hashes: hashes)
  }

  fileprivate func write(to text: inout TextRoom) {
    text.append("set ")
    text.append(decimal: Int64(place))
    text.append(" ")
    text.append(decimal: Int64(generation))
    text.append(kind == .recovery ? " recovery " : " invitation ")
    text.append(decimal: created)
    text.append(" ")
    text.append(decimal: expires)
    text.append(" ")
    text.append(decimal: Int64(hashes.count))
    text.append("\n")
    var i = 0
    while i < hashes.count {
      text.append("hash ")
      _ = hashes.with(i) { (hash: Span<UInt8>) in text.append(hex: hash) }
      text.append("\n")
      i += 1
    }
  }
}

extension RemovedFactor {
  /// Reads the line from behind its first word to before its end.
  fileprivate init?(reading text: Span<UInt8>, _ cursor: inout TextCursor) {
    guard let id = FactorID(cursor.number(text, FactorID.all)) else { return nil }
    self.init(id: id, time: cursor.time(text), mark: InlineArray(repeating: 0))
    var room = mark.mutableSpan
    cursor.hex(text, into: &room)
  }

  fileprivate func write(to text: inout TextRoom) {
    text.append("removed ")
    text.append(decimal: Int64(id.rawValue))
    text.append(" ")
    text.append(decimal: time)
    text.append(" ")
    text.append(hex: mark.span)
    text.append("\n")
  }
}

extension HashAlgorithm {
  /// The algorithm of that name, upper case as RFC 6238 writes it.
  public init?(named name: Span<UInt8>) {
    switch name {
    case "SHA1": self = .sha1
    case "SHA256": self = .sha256
    case "SHA512": self = .sha512
    default: return nil
    }
  }
}

extension TextCursor {
  /// Seconds since the epoch, up to the year 10889: 48 bits would hold far more.
  fileprivate mutating func time(_ text: Span<UInt8>, atLeast least: Int = 0) -> Int64 {
    Int64(number(text, least...281_474_976_710))
  }
}
