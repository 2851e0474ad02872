import OTP
import Store

@testable import Broker
@testable import Verifier

/// What travels to the broker and back: bytes from a peer, read by either end; and frames written
/// from fields of any length, into rooms of any size.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    // A copy of exactly its size, so that AddressSanitizer sees the first byte too many.
    let bytes = array(input)
    readFrame(bytes.span)
    writeFrame(bytes.span)
  }
}

private func readFrame(_ bytes: Span<UInt8>) {
  do throws(Frame.Mistake) {
    let length = try Frame.length(bytes)
    expect(length >= Frame.headerLength && length <= Frame.largest, "a length within the limits")
    let frame = try Frame(bytes)
    expect(length == bytes.count, "a frame is read whole")
    readFields(frame, bytes)
    readReply(frame, bytes)
    readQuestion(frame, bytes)
  } catch {
    return
  }
}

/// Fields lie one behind the other, and written again they are the same frame.
private func readFields(_ frame: Frame, _ bytes: Span<UInt8>) {
  var writer = FrameWriter()
  var again = [UInt8](repeating: 0, count: bytes.count)
  var room = again.mutableSpan
  var end = Frame.headerLength
  eachTag { tag in
    guard let range = frame[tag] else { return }
    expect(range.lowerBound == end + 3 && range.upperBound <= bytes.count, "one behind the other")
    writer.add(tag, bytes.extracting(range), to: &room)
    end = range.upperBound
  }
  expect(end == bytes.count, "nothing behind the last field")
  let length = writer.finish(frame.kind, in: &room)
  expect(length == bytes.count && same(again, bytes), "the same frame")
}

private func readReply(_ frame: Frame, _ bytes: Span<UInt8>) {
  var longest = 0
  while longest <= Frame.largest {
    if let answer = RemoteQuestion.read(frame, bytes, longest: longest) {
      expect(frame[.outcome] != nil && frame[.password] != nil, "a reply says both")
      expect(answer.password <= longest, "a password is a part of the answer")
    }
    longest += 4096
  }
}

private func readQuestion(_ frame: Frame, _ bytes: Span<UInt8>) {
  let begin: Int64 = 1_000_000
  guard let question = Question(frame, bytes, peer: 33, at: .decide, since: begin) else {
    let own = Question(frame, bytes, peer: 33, at: .selfService, since: begin)
    expect(own == nil, "no question anywhere")
    return
  }
  expect(!question.request.isByAccount, "policy says which door it is")
  let own = Question(frame, bytes, peer: 33, at: .selfService, since: begin)
  expect(own?.request.isByAccount == true && own?.request.rhost == nil, "one's own door, from here")
  expect(frame.kind != .reply, "a reply is no question")
  expect(question.schedule.lastBegin < begin + 5_000, "nobody waits longer than a process lives")
  expect((frame[.user]?.count ?? 0) > 0 && (frame[.service]?.count ?? 0) > 0, "about somebody")
  expect((frame[.answer] != nil) == (frame.kind == .decide), "an answer to decide about")
}

private func writeFrame(_ input: Span<UInt8>) {
  var reader = Reader()
  let kind = Frame.Kind(rawValue: reader.byte(input)) ?? .reply
  var written = [UInt8](repeating: 0, count: Int(reader.number(input, bytes: 2)) % 9000)
  var lengths = [Int](repeating: -1, count: 256)
  var writer = FrameWriter()
  var needed = Frame.headerLength
  var fields = 0
  var room = written.mutableSpan
  eachTag { tag in
    let how = reader.byte(input)
    guard how & 1 != 0 else { return }
    let length = Int(reader.number(input, bytes: 2)) % 9000
    lengths[Int(tag.rawValue)] = length
    needed += 3 + length
    fields += 1
    let field = [UInt8](repeating: mark(tag), count: length)
    if length == 1, how & 2 != 0 {
      writer.add(tag, byte: mark(tag), to: &room)
    } else if length <= 64, how & 4 != 0 {
      writer.add(tag, Quoted(field.span), to: &room)
    } else {
      writer.add(tag, field.span, to: &room)
    }
  }
  let length = writer.finish(kind, in: &room)
  let fits =
    needed <= written.count && needed <= Frame.largest && fields <= Frame.mostFields
  expect((length == needed) == fits && (length == nil) == !fits, "it fits or it does not")
  guard let length else { return }
  do throws(Frame.Mistake) {
    let frame = try Frame(written.span.extracting(0..<length))
    expect(frame.kind == kind, "the same kind")
    eachTag { tag in
      expect((frame[tag]?.count ?? -1) == lengths[Int(tag.rawValue)], "the same length")
      for i in frame[tag] ?? 0..<0 { expect(written[i] == mark(tag), "the same bytes") }
    }
  } catch {
    expect(false, "what was written is read")
  }
}

/// What the field of `tag` is full of: a printable character.
private func mark(_ tag: Frame.Tag) -> UInt8 { 0x21 + tag.rawValue }

private func eachTag(_ body: (Frame.Tag) -> Void) {
  var raw = UInt8.min
  while raw < UInt8.max {
    if let tag = Frame.Tag(rawValue: raw) { body(tag) }
    raw += 1
  }
}
