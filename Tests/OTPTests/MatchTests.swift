import OTP
import Testing

@Suite("HOTP and TOTP")
struct MatchTests {
  @Test("HOTP gives the codes of RFC 4226", arguments: 0..<10)
  func hotpVector(_ counter: Int) throws {
    let code = try hotpCode(UInt64(counter), hotpSecret)
    #expect(text(of: code) == hotpVectors[counter])
  }

  @Test("TOTP gives the codes of RFC 6238 under all three hashes", arguments: 0..<18)
  func totpVector(_ row: Int) throws {
    let vector = totpVectors[row]
    let parameters = try #require(Parameters(algorithm: vector.algorithm, digits: 8))
    let step = parameters.step(at: vector.time)
    let code = try hotpCode(step.rawValue, vector.secret, vector.algorithm, digits: 8)
    #expect(text(of: code) == vector.code)
    let typed = try #require(codeTyped(vector.code))
    let found = try find(typed, vector.secret, parameters, around: step.rawValue, window: 0)
    #expect(found == 0)
  }

  @Test("Fewer digits are the last ones of more", arguments: HashAlgorithm.all)
  func digits(_ algorithm: HashAlgorithm) throws {
    for counter in UInt64(0)..<50 {
      let eight = try hotpCode(counter, hotpSecret, algorithm, digits: 8)
      for digits in 6...7 {
        let fewer = try hotpCode(counter, hotpSecret, algorithm, digits: digits)
        #expect(text(of: fewer) == text(of: eight).suffix(digits))
      }
    }
    for digits in [Int.min, 0, 5, 9, Int.max] {
      #expect(throws: OTPFailure.malformed) {
        try hotpCode(0, hotpSecret, digits: digits)
      }
    }
  }

  /// Every code is found at its distance and nowhere beyond the window.
  @Test("The window has edges", arguments: HashAlgorithm.all, [6, 7, 8])
  func window(_ algorithm: HashAlgorithm, _ digits: Int) throws {
    let secret = randomBytes(32)
    let parameters = try #require(Parameters(algorithm: algorithm, digits: digits))
    let step = Step(rawValue: 58_000_000)
    for distance in -5...5 {
      let code = try hotpCode(step.moved(by: distance).rawValue, secret, algorithm, digits: digits)
      for window in 0...5 {
        let expected = try reference(
          code, secret, parameters, around: step, window: window)
        let found = try find(code, secret, parameters, around: step.rawValue, window: window)
        #expect(found == expected)
        if abs(distance) <= window { #expect(found != nil) }
      }
    }
  }

  @Test("A code of other length is refused even where the number is the same")
  func otherLength() throws {
    let parameters = try #require(Parameters(digits: 6))
    let right = try hotpCode(1, hotpSecret)
    for digits in 7...8 {
      let longer = Code(value: right.value, digits: digits)
      #expect(
        try find(longer, hotpSecret, parameters, around: 1, window: 1) == nil)
    }
    let eight = try #require(Parameters(digits: 8))
    #expect(
      try find(right, hotpSecret, eight, around: 1, window: 1)
        == nil)
  }

  @Test("The window wraps below step 0 and above the last one without harm")
  func wraps() throws {
    let parameters = try #require(Parameters())
    for (step, distance) in [(UInt64(0), -1), (0, 1), (.max, 1), (.max, -1)] {
      let step = Step(rawValue: step)
      let code = try hotpCode(step.moved(by: distance).rawValue, hotpSecret)
      let found = try find(code, hotpSecret, parameters, around: step.rawValue, window: 1)
      #expect(found == distance)
    }
  }

  @Test("Of several steps with the same code the latest is reported")
  func latest() throws {
    let (step, code, near, far) = try twins()
    let parameters = try #require(Parameters())
    let found = try find(code, hotpSecret, parameters, around: step.rawValue, window: far)
    #expect(found == far)
    #expect(near < far)
    let nearer = try find(code, hotpSecret, parameters, around: step.rawValue, window: far - 1)
    #expect(nearer == near)
  }

  @Test("An empty secret is refused: anyone has it")
  func emptySecret() throws {
    let parameters = try #require(Parameters())
    #expect(throws: OTPFailure.crypto) { try hotpCode(1, []) }
    #expect(throws: OTPFailure.crypto) {
      try find(hotpCode(1, hotpSecret), [], parameters, around: 1, window: 1)
    }
  }

  @Test("A negative window matches nothing")
  func negative() throws {
    let parameters = try #require(Parameters())
    let code = try hotpCode(5, hotpSecret)
    #expect(
      try find(code, hotpSecret, parameters, around: 5, window: -1) == nil)
  }

  /// Two distances from a step at which one code is right, found by search.
  private func twins() throws -> (step: Step, code: Code, near: Int, far: Int) {
    var seen: [UInt32: UInt64] = [:]
    for counter in UInt64(0)..<100_000 {
      let code = try hotpCode(counter, hotpSecret)
      if let earlier = seen[code.value] {
        return (Step(rawValue: earlier), code, 0, Int(counter - earlier))
      }
      seen[code.value] = counter
    }
    throw OTPFailure.malformed
  }

  /// What `match` must answer, written the obvious way.
  private func reference(
    _ code: Code, _ secret: [UInt8], _ parameters: Parameters, around step: Step, window: Int
  ) throws -> Int? {
    try (-window...window).last { distance in
      try hotpCode(
        step.moved(by: distance).rawValue, secret, parameters.algorithm, digits: parameters.digits)
        == code
    }
  }
}

extension HashAlgorithm {
  static let all: [HashAlgorithm] = [.sha1, .sha256, .sha512]
}
