public import OTP

/// What an administrator or an enrolling user changes in a record.
extension Credentials {
  /// Seconds for which a removed factor is remembered at the least.
  static let removedFor: Int64 = 86_400

  /// Adds a factor. `confirmed` is the step whose code proved that the user has the secret; it is
  /// used up, as any code that was seen.
  ///
  /// Throws `full`, `nameTaken`, `sameSecret` or `stepUsed`; nothing has changed then.
  public mutating func add(
    _ name: FactorName, _ parameters: Parameters, secret: Span<UInt8>, confirmed: Step?,
    now: Int64, state: borrowing StatePage, under keys: borrowing KeyRing
  ) throws(StoreFailure) {
    guard !factors.isFull else { throw StoreFailure(.credentials, .full) }
    guard index(named: name) == nil else { throw StoreFailure(.credentials, .nameTaken) }
    var i = 0
    while let other = factors[i] {
      let same = try other.withSecret(in: self, under: keys) {
        (known: Span<UInt8>) throws(StoreFailure) in
        constantTimeEqual(
          known.extracting(0..<keyLength(of: known)),
          secret.extracting(0..<keyLength(of: secret)))
      }
      guard !same else { throw StoreFailure(.credentials, .sameSecret) }
      i += 1
    }
    let mark = try RemovedFactor.mark(of: secret, in: record)
    let returning = removedIndex(marked: mark)
    guard let id = returning.flatMap({ removed[$0]?.id }) ?? lowestFreeID() else {
      throw StoreFailure(.credentials, .full)
    }
    let sealed = try keys.with(key, or: StoreFailure(.credentials, .otherKey)) {
      (key: borrowing HostKey) throws(StoreFailure) in
      try SealedFactor(
        id: id, name: name, parameters: parameters, created: now, secret: secret, for: self,
        under: key)
    }
    if let step = confirmed {
      guard try state.accept(step, of: id, parameters) else {
        throw StoreFailure(.credentials, .stepUsed)
      }
    }
    if let returning { removed.remove(at: returning) }
    _ = factors.append(sealed)
    try state.post(.factorAdded)
  }

  /// `base`, or with the lowest number from 2 behind it that makes it a name nobody has.
  public func freeName(_ base: StaticString) -> FactorName? {
    var number: Int64 = 1
    while number <= Int64(factors.count) + 1 {
      var text = InlineArray<64, UInt8>(repeating: 0)
      var count = 0
      while count < base.utf8CodeUnitCount, count < 60 {
        text[count] = unsafe base.utf8Start[count]
        count += 1
      }
      if number > 1 {
        text[count] = UInt8(ascii: " ")
        text[count + 1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number)
        count += 2
      }
      let name = FactorName(text.span.extracting(0..<count))
      if let name, index(named: name) == nil { return name }
      number += 1
    }
    return nil
  }

  /// Removes the factor at `index`; its id stays bound to its secret.
  ///
  /// Where the secret does not open any more, the id alone is kept.
  public mutating func remove(
    at index: Int, now: Int64, state: borrowing StatePage, under keys: borrowing KeyRing
  ) throws(StoreFailure) {
    guard let factor = factors[index] else { return }
    let mark: InlineArray<32, UInt8>
    do throws(StoreFailure) {
      mark = try factor.withSecret(in: self, under: keys) {
        (secret: Span<UInt8>) throws(StoreFailure) in
        try RemovedFactor.mark(of: secret, in: record)
      }
    } catch {
      guard case .doesNotOpen = error.defect else { throw error }
      mark = InlineArray(repeating: 0)
    }
    try forget(at: index, mark: mark, now: now, state: state)
  }

  /// Removes the factor at `index` when no key can open it; the id alone is kept.
  public mutating func removeUnopened(
    at index: Int, now: Int64, state: borrowing StatePage
  ) throws(StoreFailure) {
    try forget(at: index, mark: InlineArray(repeating: 0), now: now, state: state)
  }

  private mutating func forget(
    at index: Int, mark: InlineArray<32, UInt8>, now: Int64, state: borrowing StatePage
  ) throws(StoreFailure) {
    guard let factor = factors[index] else { return }
    if removed.isFull {
      // Lines stand in the order of removal: the first is the oldest.
      guard let oldest = removed[0], now &- oldest.time > Credentials.removedFor else {
        throw StoreFailure(.credentials, .full)
      }
      removed.remove(at: 0)
    }
    factors.remove(at: index)
    _ = removed.append(RemovedFactor(id: factor.id, time: max(0, now), mark: mark))
    try state.post(.factorRemoved)
  }

  /// Gives the factor at `index` another name; throws `nameTaken`.
  public mutating func rename(at index: Int, to name: FactorName) throws(StoreFailure) {
    guard var factor = factors[index] else { return }
    let taken = self.index(named: name)
    guard taken == nil || taken == index else { throw StoreFailure(.credentials, .nameTaken) }
    factor.name = name
    factors.replace(at: index, with: factor)
  }

  /// Replaces the set of `kind` by `count` fresh secrets and shows each, as text, to `show` once.
  public mutating func renew(
    _ kind: OneTimeSet.Kind, count: Int, expires: Int64, now: Int64,
    state: borrowing StatePage, show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) {
    let old = sets.index(of: kind)
    let other = sets[old == 0 ? 1 : 0]
    var place = old.flatMap { sets[$0]?.place } ?? (other?.place ?? -1)
    repeat { place = (place + 1) & 7 } while place == other?.place
    let generation = try state.generation(at: place) &+ 1
    var hashes = OneTimeSet.Hashes()
    while hashes.count < min(count, OneTimeSet.hashCounts.upperBound) {
      let hash = try freshSecret(show)
      guard hashes.append(hash.span) else { break }
    }
    try state.prepare(place: place, generation: generation)
    try state.sync()
    if let old { sets.remove(at: old) }
    _ = sets.append(
      OneTimeSet(
        kind: kind, place: place, generation: generation, created: max(0, now),
        expires: expires, hashes: hashes))
    if kind == .recovery, old != nil { try state.post(.recoveryCodesReplaced) }
  }

  /// Drops the set of `kind`, if there is one.
  public mutating func drop(_ kind: OneTimeSet.Kind) {
    if let index = sets.index(of: kind) { sets.remove(at: index) }
  }

  /// Seals every factor anew under `new`; the record names that key from then on.
  public mutating func reseal(
    from keys: borrowing KeyRing, to new: borrowing HostKey
  ) throws(StoreFailure) {
    var fresh = Credentials(
      record: record, uid: uid, key: new.id, salt: salt, iterations: iterations)
    fresh.disabledAt = disabledAt
    fresh.sets = sets
    fresh.removed = removed
    var i = 0
    while let factor = factors[i] {
      let sealed = try factor.withSecret(in: self, under: keys) {
        (secret: Span<UInt8>) throws(StoreFailure) in
        try SealedFactor(
          id: factor.id, name: factor.name, parameters: factor.parameters,
          created: factor.created, secret: secret, for: fresh, under: new)
      }
      _ = fresh.factors.append(sealed)
      i += 1
    }
    self = fresh
  }

  private func freshSecret(
    _ show: (Span<UInt8>) -> Void
  ) throws(StoreFailure) -> InlineArray<32, UInt8> {
    try withScratch { (room: inout MutableSpan<UInt8>) throws(StoreFailure) in
      var bytes = InlineArray<32, UInt8>(repeating: 0)
      do throws(OTPFailure) {
        var secret = room._mutatingExtracting(0..<OneTimeSecret.byteCount)
        try fillRandom(&secret)
        var hash = bytes.mutableSpan
        try OneTimeSecret.derive(
          room.span, salt: salt.span, iterations: iterations, into: &hash)
        try withScratch { (text: inout MutableSpan<UInt8>) throws(OTPFailure) in
          try OneTimeSecret.write(room.span, into: &text)
          show(text.span.extracting(0..<OneTimeSecret.textLength))
        }
      } catch {
        throw StoreFailure(.credentials, .crypto(error))
      }
      return bytes
    }
  }

  /// Whether `secret` is that of a factor that was removed.
  func remembers(_ secret: Span<UInt8>) throws(StoreFailure) -> Bool {
    removedIndex(marked: try RemovedFactor.mark(of: secret, in: record)) != nil
  }

  private func removedIndex(marked mark: InlineArray<32, UInt8>) -> Int? {
    var i = 0
    while let gone = removed[i] {
      if constantTimeEqual(gone.mark.span, mark.span) { return i }
      i += 1
    }
    return nil
  }

  private func lowestFreeID() -> FactorID? {
    var number = FactorID.all.lowerBound
    while number <= FactorID.all.upperBound {
      if let id = FactorID(number), !uses(id) { return id }
      number += 1
    }
    return nil
  }
}

extension FixedList where Element == OneTimeSet {
  func index(of kind: OneTimeSet.Kind) -> Int? {
    var i = 0
    while let set = self[i] {
      if set.kind == kind { return i }
      i += 1
    }
    return nil
  }
}
