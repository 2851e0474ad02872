import OTP
import Testing

/// A row of RFC 2202 §3 (SHA-1) or RFC 4231 §4 (SHA-256, SHA-512; case 5 is of truncated output).
struct HMACVector: Sendable, CustomTestStringConvertible {
  let source: String
  let `case`: Int
  let algorithm: HashAlgorithm
  let key: String
  let message: String
  let digest: String

  var testDescription: String { "\(source) case \(self.case) \(algorithm)" }
}

let hmacVectors = [
  HMACVector(
    source: "RFC 2202", case: 1, algorithm: .sha1,
    key: String(repeating: "0b", count: 20),
    message: "4869205468657265",
    digest: "b617318655057264e28bc0b6fb378c8ef146be00"),
  HMACVector(
    source: "RFC 2202", case: 2, algorithm: .sha1,
    key: "4a656665",
    message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    digest: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
  HMACVector(
    source: "RFC 2202", case: 3, algorithm: .sha1,
    key: String(repeating: "aa", count: 20),
    message: String(repeating: "dd", count: 50),
    digest: "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
  HMACVector(
    source: "RFC 2202", case: 4, algorithm: .sha1,
    key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
    message: String(repeating: "cd", count: 50),
    digest: "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
  HMACVector(
    source: "RFC 2202", case: 5, algorithm: .sha1,
    key: String(repeating: "0c", count: 20),
    message: "546573742057697468205472756e636174696f6e",
    digest: "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
  HMACVector(
    source: "RFC 2202", case: 6, algorithm: .sha1,
    key: String(repeating: "aa", count: 80),
    message: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
      + "48617368204b6579204669727374",
    digest: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
  HMACVector(
    source: "RFC 2202", case: 7, algorithm: .sha1,
    key: String(repeating: "aa", count: 80),
    message: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e"
      + "64204c6172676572205468616e204f6e6520426c6f636b2d53697a652044617461",
    digest: "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"),
  HMACVector(
    source: "RFC 4231", case: 1, algorithm: .sha256,
    key: String(repeating: "0b", count: 20),
    message: "4869205468657265",
    digest: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
  HMACVector(
    source: "RFC 4231", case: 2, algorithm: .sha256,
    key: "4a656665",
    message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    digest: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
  HMACVector(
    source: "RFC 4231", case: 3, algorithm: .sha256,
    key: String(repeating: "aa", count: 20),
    message: String(repeating: "dd", count: 50),
    digest: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
  HMACVector(
    source: "RFC 4231", case: 4, algorithm: .sha256,
    key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
    message: String(repeating: "cd", count: 50),
    digest: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
  HMACVector(
    source: "RFC 4231", case: 6, algorithm: .sha256,
    key: String(repeating: "aa", count: 131),
    message: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
      + "48617368204b6579204669727374",
    digest: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
  HMACVector(
    source: "RFC 4231", case: 7, algorithm: .sha256,
    key: String(repeating: "aa", count: 131),
    message: "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b"
      + "2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a652064"
      + "6174612e20546865206b6579206e6565647320746f20626520686173686564206265666f72652062"
      + "65696e6720757365642062792074686520484d414320616c676f726974686d2e",
    digest: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
  HMACVector(
    source: "RFC 4231", case: 1, algorithm: .sha512,
    key: String(repeating: "0b", count: 20),
    message: "4869205468657265",
    digest: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702"
      + "038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
  HMACVector(
    source: "RFC 4231", case: 2, algorithm: .sha512,
    key: "4a656665",
    message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
    digest: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a"
      + "6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
  HMACVector(
    source: "RFC 4231", case: 3, algorithm: .sha512,
    key: String(repeating: "aa", count: 20),
    message: String(repeating: "dd", count: 50),
    digest: "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c8"
      + "06b485a47e67c807b946a337bee8942674278859e13292fb"),
  HMACVector(
    source: "RFC 4231", case: 4, algorithm: .sha512,
    key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
    message: String(repeating: "cd", count: 50),
    digest: "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4"
      + "d679275cc5788063a5f19741120c4f2de2adebeb10a298dd"),
  HMACVector(
    source: "RFC 4231", case: 6, algorithm: .sha512,
    key: String(repeating: "aa", count: 131),
    message: "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
      + "48617368204b6579204669727374",
    digest: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598"
      + "bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
  HMACVector(
    source: "RFC 4231", case: 7, algorithm: .sha512,
    key: String(repeating: "aa", count: 131),
    message: "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b"
      + "2d73697a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a652064"
      + "6174612e20546865206b6579206e6565647320746f20626520686173686564206265666f72652062"
      + "65696e6720757365642062792074686520484d414320616c676f726974686d2e",
    digest: "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b1"
      + "0d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58"),
]
