import OTP

/// RFC 4226, Appendix D: the codes of counters 0 to 9 under `hotpSecret`.
let hotpVectors = [
  "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
  "520489",
]
let hotpSecret = Array("12345678901234567890".utf8)

/// RFC 6238, Appendix B (with the key lengths of erratum 2866): 8 digits, period 30.
struct TOTPVector {
  let time: Int64
  let algorithm: HashAlgorithm
  let code: String

  var secret: [UInt8] {
    let length = algorithm.digestLength
    return Array(String(repeating: "1234567890", count: 7).utf8.prefix(length))
  }
}

let totpVectors: [TOTPVector] = {
  let times: [Int64] = [
    59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000,
  ]
  let codes: [(HashAlgorithm, [String])] = [
    (.sha1, ["94287082", "07081804", "14050471", "89005924", "69279037", "65353130"]),
    (.sha256, ["46119246", "68084774", "67062674", "91819424", "90698825", "77737706"]),
    (.sha512, ["90693936", "25091201", "99943326", "93441116", "38618901", "47863826"]),
  ]
  return codes.flatMap { algorithm, codes in
    zip(times, codes).map { TOTPVector(time: $0, algorithm: algorithm, code: $1) }
  }
}()
