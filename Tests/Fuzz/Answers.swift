import CPlatform
import OTP
import Store

@testable import Verifier

/// What somebody typed: its shape, its split, the code, the one-time secret. And what somebody is
/// called. The first byte says how the answer is taken.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    var reader = Reader()
    let how = reader.byte(input)
    // A copy of exactly its size, so that AddressSanitizer sees the first byte too many.
    let text = array(input.extracting(reader.position..<input.count))
    readAnswer(text.span, split: how & 1 != 0, earlier: how & 6)
    readCode(text.span)
    readSecret(text.span)
    readName(text.span)
  }
}

private func readAnswer(_ text: Span<UInt8>, split: Bool, earlier kind: UInt8) {
  let answer =
    switch kind {
    case 2: Answer(text, earlier: text, split: split)
    case 4: Answer(text, earlier: text.extracting(0..<(text.count / 2)), split: split)
    default: Answer(text, earlier: nil, split: split)
    }
  var digits = 0
  while digits < 10 {
    let password = answer.password(digits: digits)
    expect(password >= 0 && password <= text.count, "a password is a part of the answer")
    digits += 1
  }
  switch answer {
  case .nothing(_, let length): expect(length == text.count, "all of it is password")
  case .oneTimeSecret(let password):
    expect(split || password == 0, "no password without split")
    expect(OneTimeSecret.hasShape(text.extracting(password..<text.count)), "a shape")
  case .code(let candidates):
    expect(kind != 2, "the earlier password is no code")
    digits = 0
    while digits < 12 {
      if let code = candidates[digits] {
        expect(code.digits == digits && text.count >= digits, "digits")
        expect(split || text.count == digits, "no password without split")
        expect(writes(code, text.extracting((text.count - digits)..<text.count)), "the same code")
      }
      digits += 1
    }
  }
}

private func readCode(_ text: Span<UInt8>) {
  if let code = Code(text) { expect(writes(code, text), "the same code") }
}

private func writes(_ code: Code, _ text: Span<UInt8>) -> Bool {
  var room = [UInt8](repeating: 0, count: text.count)
  var span = room.mutableSpan
  code.write(into: &span)
  return equal(room.span, text)
}

private func readSecret(_ text: Span<UInt8>) {
  var bytes = [UInt8](repeating: 0, count: OneTimeSecret.byteCount)
  var room = bytes.mutableSpan
  do throws(OTPFailure) { try OneTimeSecret.read(text, into: &room) } catch {
    return expect(!OneTimeSecret.hasShape(text), "what has the shape is read")
  }
  expect(OneTimeSecret.hasShape(text), "what is read has the shape")
  var written = [UInt8](repeating: 0, count: OneTimeSecret.textLength)
  var writtenRoom = written.mutableSpan
  var again = [UInt8](repeating: 0, count: OneTimeSecret.byteCount)
  var againRoom = again.mutableSpan
  do throws(OTPFailure) {
    try OneTimeSecret.write(bytes.span, into: &writtenRoom)
    try OneTimeSecret.read(written.span, into: &againRoom)
  } catch {
    expect(false, "what was read is written and read again")
  }
  expect(equal(again.span, bytes.span), "the same secret")
}

private func readName(_ text: Span<UInt8>) {
  let quoted = Quoted(text)
  let prefix = networkPrefix(of: quoted)
  expect(prefix.count <= quoted.count, "a prefix is not longer")
  var line = TextLine()
  line.field(" rhost=", quoted)
  line.field(" user=", prefix)
  expect(line.count < 1024, "a line ends")
  _ = FactorName(text)
  if let name = AccountName(text) {
    let folder = name.encoded
    let back = folder.withBytes { (folder: Span<UInt8>) in AccountName(encoded: folder) }
    expect(
      back?.withBytes { (back: Span<UInt8>) in equal(back, text) } == true,
      "a folder is of one name")
  }
  if let name = AccountName(encoded: text) {
    let folder = name.encoded
    expect(
      folder.withBytes { (folder: Span<UInt8>) in equal(folder, text) }, "a name has one folder")
  }
}
