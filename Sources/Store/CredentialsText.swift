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
  @inline(never)
  public static func parse(_ text: Span<UInt8>) throws(StoreFailure) -> Credentials {
    var cursor = TextCursor(part: .credentials)
    try cursor.expect("cachet-mfa credentials 1", in: text)
    try cursor.expectWord("record", in: text)
    let record = RecordID(bytes: try cursor.sixteen(text))
    try cursor.endLine(text)
    try cursor.expectWord("uid", in: text)
    let uid = UInt32(truncatingIfNeeded: try cursor.number(text, 0...Int(UInt32.max)))
    try cursor.endLine(text)
    try cursor.expectWord("key", in: text)
    let key = KeyID(rawValue: try cursor.word64(text))
    try cursor.endLine(text)
    try cursor.expectWord("kdf", in: text)
    let salt = try cursor.sixteen(text)
    let iterations = try cursor.number(text, Credentials.iterationCounts)
    try cursor.endLine(text)
    var credentials = Credentials(
      record: record, uid: uid, key: key, salt: salt, iterations: iterations)

    if cursor.takes("disabled", in: text) {
      credentials.disabledAt = try cursor.time(text, atLeast: 1)
      try cursor.endLine(text)
    }
    while cursor.takes("factor", in: text) {
      let factor = try SealedFactor(reading: text, &cursor)
      guard !credentials.uses(factor.id), credentials.index(named: factor.name) == nil,
        credentials.factors.append(factor)
      else {
        throw cursor.malformed
      }
      try cursor.endLine(text)
    }
    while cursor.takes("set", in: text) {
      let set = try OneTimeSet(reading: text, &cursor)
      guard credentials.set(of: set.kind) == nil, credentials.sets[0]?.place != set.place,
        credentials.sets.append(set)
      else {
        throw cursor.malformed
      }
    }
    while cursor.takes("removed", in: text) {
      let gone = try RemovedFactor(reading: text, &cursor)
      guard !credentials.uses(gone.id), credentials.removed.append(gone) else {
        throw cursor.malformed
      }
      try cursor.endLine(text)
    }
    let covered = cursor.start
    try cursor.expectWord("sha256", in: text)
    let stated = try cursor.thirtyTwo(text)
    try cursor.endLine(text)
    guard cursor.isAtEnd(of: text) else { throw cursor.malformed }
    let own = try digest(of: text.extracting(0..<covered))
    guard equal(own.span, stated.span) else {
      throw StoreFailure(.credentials, .checksumMismatch)
    }
    return credentials
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
  fileprivate init(reading text: Span<UInt8>, _ cursor: inout TextCursor) throws(StoreFailure) {
    let number = try cursor.number(text, FactorID.all)
    let word = try cursor.field(text)
    let digits = try cursor.number(text, Parameters.digitCounts)
    let period = try cursor.number(text, Parameters.periods)
    let created = try cursor.time(text)
    let hex = try cursor.field(text)
    let name = try cursor.rest(text)
    var sealed = InlineArray<92, UInt8>(repeating: 0)
    var room = sealed.mutableSpan
    guard let id = FactorID(number),
      let algorithm = HashAlgorithm(named: text.extracting(word)),
      let parameters = Parameters(algorithm: algorithm, digits: digits, period: period),
      SealedFactor.sealedLengths.contains(hex.count / 2),
      readHex(text.extracting(hex), into: &room),
      let name = FactorName(text.extracting(name))
    else { throw cursor.malformed }
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

  fileprivate init(reading text: Span<UInt8>, _ cursor: inout TextCursor) throws(StoreFailure) {
    let place = try cursor.number(text, OneTimeSet.places)
    let generation = try cursor.number(text, 0...Int(UInt16.max))
    let word = try cursor.field(text)
    let created = try cursor.time(text)
    let expires = try cursor.time(text)
    let count = try cursor.number(text, OneTimeSet.hashCounts)
    let kind: Kind
    switch text.extracting(word) {
    case "recovery": kind = .recovery
    case "invitation": kind = .invitation
    default: throw cursor.malformed
    }
    try cursor.endLine(text)
    var hashes = FixedList<16, Hash>()
    while hashes.count < count {
      try cursor.expectWord("hash", in: text)
      let bytes = try cursor.thirtyTwo(text)
      try cursor.endLine(text)
      guard hashes.append(Hash(bytes: bytes)) else { throw cursor.malformed }
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
    while let hash = hashes[i] {
      text.append("hash ")
      text.append(hex: hash.bytes.span)
      text.append("\n")
      i += 1
    }
  }
}

extension RemovedFactor {
  fileprivate init(reading text: Span<UInt8>, _ cursor: inout TextCursor) throws(StoreFailure) {
    let number = try cursor.number(text, FactorID.all)
    let time = try cursor.time(text)
    let mark = try cursor.thirtyTwo(text)
    guard let id = FactorID(number) else { throw cursor.malformed }
    self.init(id: id, time: time, mark: mark)
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
  @inline(never)
  mutating func time(_ text: Span<UInt8>, atLeast least: Int = 0) throws(StoreFailure) -> Int64 {
    Int64(try number(text, least...281_474_976_710))
  }

  @inline(never)
  mutating func sixteen(_ text: Span<UInt8>) throws(StoreFailure) -> InlineArray<16, UInt8> {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var room = bytes.mutableSpan
    try hex(text, count: 16, into: &room)
    return bytes
  }

  @inline(never)
  mutating func thirtyTwo(_ text: Span<UInt8>) throws(StoreFailure) -> InlineArray<32, UInt8> {
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var room = bytes.mutableSpan
    try hex(text, count: 32, into: &room)
    return bytes
  }
}
