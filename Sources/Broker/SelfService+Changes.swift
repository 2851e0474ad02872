internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// Changes of what is enrolled. What cannot be done is told before a code is used up for it.
extension SelfService {
  func rename(_ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>) throws(Refusal) -> Int? {
    guard let old = try name(.name, bytes), let new = try name(.newName, bytes) else {
      throw Refusal(.badName)
    }
    try look(for: old, taken: new)
    _ = try consent(.change, bytes)
    let renamed = try stored { (store: borrowing Store) throws(StoreFailure) in
      try store.rename(old, to: new, of: account.name, uid: account.uid)
    }
    guard let renamed else { throw Refusal(.noFactor) }
    return done(renamed, into: &room)
  }

  /// Removes one factor, or everything; the last one only where policy asks for none.
  func remove(_ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>) throws(Refusal) -> Int? {
    let name = try name(.name, bytes)
    let isNeeded = try policy().scope(of: account) == .enforced
    let found = try look(for: name)
    guard !isNeeded || name != nil && found.count > 1 else {
      throw Refusal(.lastFactor)
    }
    _ = try consent(.change, bytes)
    let isMarked = try stored { (store: borrowing Store) throws(StoreFailure) in
      try store.remove(
        name, of: account.name, uid: account.uid, leavingOne: isNeeded, now: clock_seconds())
    }
    return done(found.id, isMarked: isMarked, into: &room)
  }

  func regenerate(
    _ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>
  ) throws(Refusal) -> Int? {
    try look()
    _ = try consent(.change, bytes)
    var length = 0
    let codes = try CodeSheet.make { (sheet: inout MutableSpan<UInt8>) throws(Refusal) in
      let isEnrolled = try stored { (store: borrowing Store) throws(StoreFailure) in
        try store.renewRecoveryCodes(
          of: account.name, uid: account.uid, now: clock_seconds()
        ) { (code: Span<UInt8>) in CodeSheet.add(code, to: &sheet, at: &length) }
      }
      guard isEnrolled else { throw Refusal(.notEnrolled) }
    }
    log()
    var writer = FrameWriter()
    accept(&writer, &room)
    codes.withBytes { (codes: Span<UInt8>) in
      writer.add(.recoveryCodes, codes.extracting(0..<length), to: &room)
    }
    return writer.finish(.reply, in: &room)
  }

  /// How many factors there are, and which one is called `name`; throws where there is none, or
  /// where another one is called `taken`.
  @discardableResult
  private func look(
    for name: FactorName? = nil, taken: FactorName? = nil
  ) throws(Refusal) -> (count: Int, id: FactorID?) {
    let found = try stored {
      (store: borrowing Store) throws(StoreFailure) -> (count: Int, id: FactorID?) in
      guard let record = try store.record(of: account.name, uid: account.uid) else {
        return (0, nil)
      }
      let index = name.flatMap { record.credentials.index(named: $0) }
      if let taken, let other = record.credentials.index(named: taken), other != index {
        throw StoreFailure(.credentials, .nameTaken)
      }
      let factors = record.credentials.factors
      return (factors.count, index.flatMap { factors[$0]?.id })
    }
    guard found.count > 0 else { throw Refusal(.notEnrolled) }
    guard name == nil || found.id != nil else { throw Refusal(.noFactor) }
    return found
  }

  private func done(
    _ factor: FactorID?, isMarked: Bool = true, into room: inout MutableSpan<UInt8>
  ) -> Int? {
    log(factor: factor)
    var writer = FrameWriter()
    accept(&writer, &room)
    if !isMarked {
      let name = Reason.unmarked.name
      let text = unsafe Span<UInt8>(_unsafeStart: name.utf8Start, count: name.utf8CodeUnitCount)
      writer.add(.reason, text, to: &room)
    }
    return writer.finish(.reply, in: &room)
  }
}
