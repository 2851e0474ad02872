import OTP

// What the C program in `driver.c` calls: the room's own functions, as the module has them.

/// Writes the code of `counter` with its NUL into `text` (9 bytes); 0, or -1 where libcrypto failed.
@c func surface_hotp(
  _ secret: UnsafePointer<UInt8>, _ count: Int, _ counter: UInt64, _ algorithm: UInt8,
  _ digits: Int, _ text: UnsafeMutablePointer<UInt8>
) -> Int32 {
  guard let algorithm = HashAlgorithm(rawValue: algorithm) else { return -2 }
  let secret = unsafe Span(_unsafeStart: secret, count: count)
  var room = unsafe MutableSpan(_unsafeStart: text, count: 9)
  do throws(OTPFailure) {
    let code = try hotp(secret: secret, counter: counter, algorithm: algorithm, digits: digits)
    code.write(into: &room)
    room[digits] = 0
    return 0
  } catch {
    return -1
  }
}

/// 1 and the distance, 0 for no match, -1 where libcrypto failed, -2 for what is no code.
@c func surface_match(
  _ secret: UnsafePointer<UInt8>, _ count: Int, _ algorithm: UInt8, _ step: UInt64, _ window: Int,
  _ text: UnsafePointer<UInt8>, _ length: Int, _ distance: UnsafeMutablePointer<Int>
) -> Int32 {
  let secret = unsafe Span(_unsafeStart: secret, count: count)
  guard let algorithm = HashAlgorithm(rawValue: algorithm),
    let code = unsafe Code(Span(_unsafeStart: text, count: length)),
    let parameters = Parameters(algorithm: algorithm, digits: length)
  else { return -2 }
  do throws(OTPFailure) {
    guard
      let found = try match(
        code, secret: secret, parameters: parameters, around: Step(rawValue: step), window: window)
    else { return 0 }
    unsafe distance.pointee = found
    return 1
  } catch {
    return -1
  }
}

/// Seals and opens again; 0, -1 where libcrypto failed, -2 where something else came out.
@c func surface_seal(_ secret: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let secret = unsafe Span(_unsafeStart: secret, count: count)
  let key = InlineArray<32, UInt8>(repeating: 7)
  var box = InlineArray<92, UInt8>(repeating: 0)
  var boxSpan = box.mutableSpan
  do throws(OTPFailure) {
    try Sealing.seal(secret, key: key.span, associated: key.span, into: &boxSpan)
    let sealed = boxSpan.span.extracting(0..<(count + Sealing.overhead))
    return try withScratch { (opened: inout MutableSpan<UInt8>) throws(OTPFailure) in
      try Sealing.open(sealed, key: key.span, associated: key.span, into: &opened)
      return constantTimeEqual(opened.span.extracting(0..<count), secret) ? 0 : -2
    }
  } catch {
    switch error {
    case .crypto, .memory: return -1
    case .malformed: return -2
    }
  }
}

/// Reads a URI and writes it again into `text`; its length, -1 without memory, -2 for a refusal.
@c func surface_uri(
  _ uri: UnsafePointer<UInt8>, _ count: Int, _ text: UnsafeMutablePointer<UInt8>, _ room: Int
) -> Int {
  var room = unsafe MutableSpan(_unsafeStart: text, count: room)
  do throws(URIFailure) {
    let parsed = try unsafe OtpauthURI(parsing: Span(_unsafeStart: uri, count: count))
    return try parsed.write(into: &room)
  } catch {
    switch error {
    case .noMemory: return -1
    default: return -2
    }
  }
}

/// A secret whose filling fails after `secret` was put into it; 0 where that failure came out.
@c func surface_failing(_ secret: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let secret = unsafe Span(_unsafeStart: secret, count: count)
  do throws(OTPFailure) {
    _ = try SecretBytes(count: count, or: OTPFailure.memory) {
      (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
      copy(secret, into: &room)
      throw .malformed
    }
    return -2
  } catch {
    switch error {
    case .malformed: return 0
    case .memory: return -1
    case .crypto: return -2
    }
  }
}

/// A secret that lives and dies; 0, or -1 without memory.
@c func surface_secret(_ secret: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  do throws(OTPFailure) {
    let owner = try unsafe SecretBytes(copying: Span(_unsafeStart: secret, count: count))
    return owner.withBytes { (bytes: Span<UInt8>) in bytes.count == count ? 0 : -2 }
  } catch {
    return -1
  }
}

/// The hash of a one-time secret in `text`; 0, -1 where libcrypto failed, -2 for another shape.
@c func surface_derive(
  _ text: UnsafePointer<UInt8>, _ count: Int, _ hash: UnsafeMutablePointer<UInt8>
) -> Int32 {
  let salt = InlineArray<16, UInt8>(repeating: 9)
  var out = unsafe MutableSpan(_unsafeStart: hash, count: 32)
  do throws(OTPFailure) {
    try withScratch { (bytes: inout MutableSpan<UInt8>) throws(OTPFailure) in
      try unsafe OneTimeSecret.read(Span(_unsafeStart: text, count: count), into: &bytes)
      try OneTimeSecret.derive(bytes.span, salt: salt.span, iterations: 10, into: &out)
    }
    return 0
  } catch {
    switch error {
    case .crypto, .memory: return -1
    case .malformed: return -2
    }
  }
}

extension SecretBytes {
  /// Copies `bytes`.
  fileprivate init(copying bytes: Span<UInt8>) throws(OTPFailure) {
    try self.init(count: bytes.count, or: OTPFailure.memory) {
      (room: inout MutableSpan<UInt8>) throws(OTPFailure) in
      copy(bytes, into: &room)
    }
  }
}
