import OTP

/// An otpauth URI, and Base 32 by itself.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    readURI(input)
    readBase32(input)
  }
}

private func readURI(_ text: Span<UInt8>) {
  let uri: OtpauthURI
  do throws(URIFailure) { uri = try OtpauthURI(parsing: text) } catch { return }
  var room = [UInt8](repeating: 0, count: OtpauthURI.longest)
  var span = room.mutableSpan
  let count: Int
  do throws(URIFailure) { count = try uri.write(into: &span) } catch {
    // Names grow by percent-encoding; nothing else keeps a URI from being written again.
    guard case .tooLong = error else { return expect(false, "a URI is written again") }
    return
  }
  do throws(URIFailure) {
    let again = try OtpauthURI(parsing: room.span.extracting(0..<count))
    expect(again.parameters == uri.parameters, "the same parameters")
    expect(same(again.issuer, uri.issuer), "the same issuer")
    expect(same(again.account, uri.account), "the same account")
    let isSame = uri.secret.withBytes { (a: Span<UInt8>) in
      again.secret.withBytes { (b: Span<UInt8>) in constantTimeEqual(a, b) }
    }
    expect(isSame, "the same secret")
  } catch {
    expect(false, "a URI of ours is read again")
  }
  writeParts(uri, room.span.extracting(0..<count))
}

/// The parts make the same URI, and in a room that is too small they make none.
private func writeParts(_ uri: borrowing OtpauthURI, _ wanted: Span<UInt8>) {
  let (issuer, account, parameters) = (uri.issuer, uri.account, uri.parameters)
  var room = [UInt8](repeating: 1, count: wanted.count)
  var small = [UInt8](repeating: 1, count: wanted.count - 1)
  uri.secret.withBytes { (secret: Span<UInt8>) in
    issuer.withBytes { (issuer: Span<UInt8>) in
      account.withBytes { (account: Span<UInt8>) in
        var span = room.mutableSpan
        do throws(URIFailure) {
          let count = try OtpauthURI.write(
            issuer: issuer, account: account, parameters: parameters, secret: secret, into: &span)
          expect(count == wanted.count, "the same length")
        } catch {
          expect(false, "parts that were read are written")
        }
        span = small.mutableSpan
        do throws(URIFailure) {
          _ = try OtpauthURI.write(
            issuer: issuer, account: account, parameters: parameters, secret: secret, into: &span)
          expect(false, "there is no room")
        } catch {
          expect(span.count == 0 || span[0] == 0, "no secret is left")
        }
      }
    }
  }
  expect(equal(room.span, wanted), "the same URI")
}

private func same(_ a: OtpauthURI.Name, _ b: OtpauthURI.Name) -> Bool {
  a.withBytes { (a: Span<UInt8>) in b.withBytes { (b: Span<UInt8>) in equal(a, b) } }
}

private func readBase32(_ text: Span<UInt8>) {
  var bytes = [UInt8](repeating: 0, count: text.count)
  var room = bytes.mutableSpan
  do throws(OTPFailure) {
    let count = try Base32.decode(text, into: &room)
    expect(try Base32.decodedLength(of: text) == count, "the length that was told")
    var written = [UInt8](repeating: 0, count: Base32.encodedLength(of: count))
    var writtenRoom = written.mutableSpan
    let length = try Base32.encode(bytes.span.extracting(0..<count), into: &writtenRoom)
    expect(length == written.count, "the length that was told")
    var again = [UInt8](repeating: 0, count: count)
    var againRoom = again.mutableSpan
    let back = try Base32.decode(written.span, into: &againRoom)
    expect(back == count && equal(again.span, bytes.span.extracting(0..<count)), "the same bytes")
  } catch {
    return
  }
}
