internal import CPlatform
internal import OTP
internal import Store
internal import Verifier

/// One more factor, in two requests: a secret is made for whoever may enrol, and stored once a code
/// of it is shown. Between the two nothing is remembered here.
extension SelfService {
  func begin(_ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>) throws(Refusal) -> Int? {
    let policy = try policy()
    let parameters = try parameters(bytes, usual: policy.digits)
    let name = try name(.name, bytes)
    // As they are before it is shown: what takes their place is another record or invitation.
    let (record, invitation) = try stored {
      (store: borrowing Store) throws(StoreFailure) -> (RecordID?, OneTimeSet?) in
      guard let record = try store.record(of: account.name, uid: account.uid) else {
        return (nil, nil)
      }
      guard !record.credentials.factors.isFull else { throw StoreFailure(.credentials, .full) }
      if let name, record.credentials.index(named: name) != nil {
        throw StoreFailure(.credentials, .nameTaken)
      }
      return (record.credentials.record, record.credentials.set(of: .invitation))
    }
    let grant: PendingFactor.Grant
    if try proof(bytes) == .password {
      _ = try consent(.firstEnrollment, bytes)
      grant = .password
    } else if case .invitation = try consent(.enrollment, bytes).use {
      guard let invitation else { throw Refusal(.lapsed) }
      grant = .invitation(
        place: UInt8(truncatingIfNeeded: invitation.place), generation: invitation.generation)
    } else {
      grant = .proof
    }
    return try offer(
      PendingFactor(parameters, grant, for: record), window: policy.window, into: &room)
  }

  /// Makes the secret of `factor`, shows it, and seals it.
  private func offer(
    _ factor: PendingFactor, window: Int, into room: inout MutableSpan<UInt8>
  ) throws(Refusal) -> Int? {
    let secret = try SecretBytes(
      count: factor.parameters.algorithm.generatedSecretLength, or: .memory
    ) { (room: inout MutableSpan<UInt8>) throws(Refusal) in
      do throws(OTPFailure) {
        try fillRandom(&room)
      } catch {
        throw Refusal(StoreFailure(.credentials, .crypto(error)))
      }
    }
    return try secret.withBytes { (secret: Span<UInt8>) throws(Refusal) in
      var sealed = InlineArray<116, UInt8>(repeating: 0)
      var box = sealed.mutableSpan
      let length = try stored { (store: borrowing Store) throws(StoreFailure) in
        try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
          try factor.seal(
            secret, uid: account.uid, now: clock_seconds(), under: keys, into: &box)
        }
      }
      var writer = FrameWriter()
      writer.add(.window, byte: UInt8(truncatingIfNeeded: window), to: &room)
      writer.add(.parameters, factor.parameters.bytes.span, to: &room)
      writer.add(.pending, sealed.span.extracting(0..<length), to: &room)
      accept(&writer, &room)
      writer.add(.secret, secret, to: &room)
      return writer.finish(.reply, in: &room)
    }
  }

  func finish(_ bytes: Span<UInt8>, into room: inout MutableSpan<UInt8>) throws(Refusal) -> Int? {
    let name = try name(.name, bytes)
    guard let pending = frame[.pending], let answer = frame[.answer] else {
      throw Refusal(.noAnswer)
    }
    let window = try policy().window
    let now = clock_seconds()
    var enrolled: Enrolled?
    var length = 0
    let codes = try CodeSheet.make { (sheet: inout MutableSpan<UInt8>) throws(Refusal) in
      enrolled = try stored { (store: borrowing Store) throws(StoreFailure) in
        let record = try store.record(of: account.name, uid: account.uid)?.credentials.record
        return try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
          try PendingFactor.open(
            bytes.extracting(pending), uid: account.uid, record: record, now: now, under: keys
          ) { (factor: PendingFactor, secret: Span<UInt8>) throws(StoreFailure) -> Enrolled? in
            guard
              let step = try confirmed(
                bytes.extracting(answer), factor.parameters, secret, window: window, now: now)
            else { return nil }
            return try store.enroll(
              account.name, uid: account.uid, as: name, factor, secret: secret, confirmed: step,
              now: now
            ) { (code: Span<UInt8>) in CodeSheet.add(code, to: &sheet, at: &length) }
          }
        }
      }
    }
    guard let enrolled else { throw Refusal(.notConfirmed) }
    log(factor: enrolled.id)
    var writer = FrameWriter()
    enrolled.name.withBytes { (name: Span<UInt8>) in writer.add(.name, name, to: &room) }
    accept(&writer, &room)
    codes.withBytes { (codes: Span<UInt8>) in
      writer.add(.recoveryCodes, codes.extracting(0..<length), to: &room)
    }
    return writer.finish(.reply, in: &room)
  }

  /// The step whose code `answer` is.
  private func confirmed(
    _ answer: Span<UInt8>, _ parameters: Parameters, _ secret: Span<UInt8>, window: Int, now: Int64
  ) throws(StoreFailure) -> Step? {
    guard let code = Code(answer), code.digits == parameters.digits else { return nil }
    let step = parameters.step(at: now)
    do throws(OTPFailure) {
      return try match(
        code, secret: secret, parameters: parameters, around: step, window: window
      ).map { step.moved(by: $0) }
    } catch {
      throw StoreFailure(.credentials, .crypto(error))
    }
  }

  /// What the factor shall be; without digits as many as policy says.
  private func parameters(
    _ bytes: Span<UInt8>, usual: Int
  ) throws(Refusal) -> Parameters {
    guard let range = frame[.parameters],
      let parameters = Parameters(bytes.extracting(range), usual: usual)
    else { throw Refusal(.badOption) }
    return parameters
  }
}
