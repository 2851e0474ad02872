import CPlatform
import Foundation
import OTP
import Testing

@testable import Verifier

@Suite struct FrameTests {
  @Test func `a frame is read as it was written`() throws {
    let bytes = written(.decide, [(.user, "alice"), (.service, ""), (.answer, "123456")])
    #expect(bytes == frame(1, field(1, "alice") + field(2, "") + field(8, "123456")))
    let read = try Frame(bytes.span)
    #expect(read.kind == .decide)
    #expect(text(read, .user, bytes) == "alice" && text(read, .service, bytes) == "")
    #expect(text(read, .answer, bytes) == "123456" && text(read, .rhost, bytes) == nil)
  }

  @Test func `a frame without fields is a frame`() throws {
    #expect(mistake(of: frame(2, [])) == nil)
  }

  @Test(arguments: Broken.all) func `each mistake has its name`(_ broken: Broken) {
    #expect(mistake(of: broken.bytes) == broken.mistake)
  }

  @Test func `no frame that is cut short is read`() {
    let whole = written(.decide, [(.user, "alice"), (.service, "cachet-admin"), (.answer, "1")])
    for count in 0..<whole.count {
      #expect(mistake(of: Array(whole[0..<count])) == (count < 8 ? .header : .length), "\(count)")
    }
    #expect(mistake(of: whole) == nil && mistake(of: whole + [0]) == .length)
  }

  @Test func `a frame has at most 8192 bytes, for the reader and for the writer`() throws {
    let largest = Frame.largest - Frame.headerLength - 3
    let most = [UInt8](repeating: 7, count: largest)
    let longest = frame(1, [8] + length(largest) + most)
    #expect(longest.count == Frame.largest && mistake(of: longest) == nil)
    #expect(mistake(of: frame(1, [8] + length(largest + 1) + most + [7])) == .length)
    for (count, room, fits) in [
      (largest, Frame.largest, true), (largest, 9000, true), (largest + 1, 9000, false),
      (largest, Frame.largest - 1, false), (0, 7, false), (0, 11, true), (1, 11, false),
    ] {
      var bytes = [UInt8](repeating: 0, count: room)
      var span = bytes.mutableSpan
      var writer = FrameWriter()
      writer.add(.answer, [UInt8](repeating: 7, count: count).span, to: &span)
      let length = writer.finish(.decide, in: &span)
      #expect(length == (fits ? 11 + count : nil), "\(count) in \(room)")
    }
  }

  @Test func `a writer that ran over stays so`() {
    var bytes = [UInt8](repeating: 0, count: 20)
    var span = bytes.mutableSpan
    var writer = FrameWriter()
    writer.add(.user, [UInt8](repeating: 7, count: 30).span, to: &span)
    writer.add(.flags, byte: 1, to: &span)
    #expect(writer.finish(.decide, in: &span) == nil)
  }

  @Test func `a reply says an outcome and no more password than there was answer`() throws {
    for outcome in (0...UInt8.max).compactMap({ Decision.Outcome(rawValue: $0) }) {
      var bytes = [UInt8](repeating: 0, count: 64)
      var span = bytes.mutableSpan
      let length = try #require(RemoteQuestion.reply(outcome, password: 300, to: &span))
      let reply = Array(bytes[0..<length])
      let read = try Frame(reply.span)
      let answer = RemoteQuestion.read(read, reply.span, longest: 300)
      #expect(answer?.outcome == outcome && answer?.password == 300)
      let longer = RemoteQuestion.read(read, reply.span, longest: 299)
      #expect(longer == nil)
    }
    for fields in [
      [64, 0, 1, 0, 65, 0, 2, 0, 0], [64, 0, 1, 6, 65, 0, 2, 0, 0], [64, 0, 1, 1],
      [65, 0, 2, 0, 0], [64, 0, 0, 65, 0, 2, 0, 0], [64, 0, 2, 1, 1, 65, 0, 2, 0, 0],
      [64, 0, 1, 1, 65, 0, 1, 0], [],
    ] as [[UInt8]] {
      let bytes = frame(128, fields)
      let read = try Frame(bytes.span)
      let answer = RemoteQuestion.read(read, bytes.span, longest: 300)
      #expect(answer == nil, "\(fields)")
    }
  }

  @Test func `a flag that means nothing is none`() {
    for raw in UInt8.min...UInt8.max {
      #expect(RemoteQuestion.Flags(rawValue: raw)?.rawValue == (raw < 32 ? raw : nil))
    }
  }
}

@Suite struct ConnectionTests {
  @Test func `what one end sends the other receives, and the next frame is left alone`() throws {
    let pair = try Pair()
    let one = written(.decide, [(.user, "alice")])
    let other = written(.account, [(.user, "bob")])
    #expect(isSent(one + other, by: pair.here, seconds: 5))
    #expect(received(pair.there, seconds: 5) == "decide alice")
    #expect(received(pair.there, seconds: 5) == "account bob")
  }

  @Test func `bytes may come one by one`() async throws {
    let pair = try Pair()
    let bytes = written(.decide, [(.user, "alice"), (.answer, "123456")])
    let writer = Thread {
      for byte in bytes {
        pair.write([byte])
        usleep(5000)
      }
    }
    writer.start()
    #expect(received(pair.there, seconds: 10) == "decide alice")
  }

  @Test func `a frame that is not whole by the deadline is none, however it comes`() throws {
    let whole = written(.decide, [(.user, "alice")])
    for count in [0, 1, 7, 8, whole.count - 1] {
      let pair = try Pair()
      pair.write(Array(whole[0..<count]))
      let begin = ContinuousClock.now
      #expect(received(pair.there, seconds: 1) == nil)
      let waited = ContinuousClock.now - begin
      #expect(waited >= .milliseconds(900) && waited < .seconds(10), "\(waited)")
    }
    // A byte now and then moves no deadline.
    let pair = try Pair()
    let done = Flag()
    let writer = Thread {
      for byte in frame(1, field(8, String(repeating: "7", count: 600))) where !done.isSet {
        pair.write([byte])
        usleep(20_000)
      }
    }
    writer.start()
    let begin = ContinuousClock.now
    #expect(received(pair.there, seconds: 1) == nil)
    #expect(ContinuousClock.now - begin < .seconds(10))
    done.set()
  }

  @Test func `who hangs up early is not waited for`() throws {
    let whole = written(.decide, [(.user, "alice")])
    for count in [0, 5, 8, whole.count - 1] {
      let pair = try Pair()
      pair.write(Array(whole[0..<count]))
      pair.hangUp()
      let begin = ContinuousClock.now
      #expect(received(pair.there, seconds: 20) == nil)
      #expect(ContinuousClock.now - begin < .seconds(10))
    }
    // Nor is the process ended by writing to them.
    let pair = try Pair()
    pair.hangUp()
    #expect(!isSent([1, 2, 3], by: pair.there, seconds: 5))
  }

  @Test func `what is no frame is given up at its header`() throws {
    for broken in Broken.all where broken.bytes.count >= 8 {
      let pair = try Pair()
      pair.write(broken.bytes)
      let isWhole = broken.bytes.count == 8 + Int(broken.bytes[6]) << 8 + Int(broken.bytes[7])
      if broken.mistake == .length, !isWhole { pair.hangUp() }
      let begin = ContinuousClock.now
      // A frame of what was announced, and whatever stands behind it, is another matter.
      let isFrame = broken.why == "a byte behind the last field"
      #expect((received(pair.there, seconds: 20) != nil) == isFrame, "\(broken.why)")
      #expect(ContinuousClock.now - begin < .seconds(10), "\(broken.why)")
    }
  }

  @Test func `nothing is sent to somebody who does not read beyond the deadline`() throws {
    let pair = try Pair()
    let begin = ContinuousClock.now
    let bytes = [UInt8](repeating: 1, count: 8_000_000)
    #expect(!isSent(bytes, by: pair.there, seconds: 1))
    #expect(ContinuousClock.now - begin < .seconds(10))
  }

  @Test func `the other end is who made it`() throws {
    let pair = try Pair()
    let peer = Connection(pair.there, seconds: 1).peer
    #expect(peer == geteuid())
  }

  @Test func `where nobody listens there is no connection`() {
    let error = #expect(throws: Connection.Broken.self) {
      _ = try Connection(to: "/nonexistent/decide.sock", seconds: 1)
    }
    #expect(error?.code == ENOENT)
  }

  @Test func `what keeps a frame from coming has a number`() throws {
    let late = try Pair()
    #expect(broken(late.there, seconds: 1) == ETIMEDOUT)
    let gone = try Pair()
    gone.write(Array("CMFA".utf8))
    gone.hangUp()
    #expect(broken(gone.there, seconds: 5) == ECONNRESET)
    let other = try Pair()
    other.write(Array("GET / HTTP/1.1\r\n".utf8))
    #expect(broken(other.there, seconds: 5) == EPROTO)
  }
}

/// Bytes that are no frame.
struct Broken: Sendable, CustomTestStringConvertible {
  let why: String
  let mistake: Frame.Mistake
  let bytes: [UInt8]

  var testDescription: String { why }

  static let all: [Broken] = [
    Broken(why: "nothing", mistake: .header, bytes: []),
    Broken(why: "half a header", mistake: .header, bytes: Array("CMFA".utf8)),
    Broken(why: "another protocol", mistake: .header, bytes: Array("GET / HTTP/1.1\r\n".utf8)),
    Broken(why: "another version", mistake: .version, bytes: edited(4, 2)),
    Broken(why: "kind 0", mistake: .kind, bytes: edited(5, 0)),
    Broken(why: "kind 100", mistake: .kind, bytes: edited(5, 100)),
    Broken(why: "kind 255", mistake: .kind, bytes: edited(5, 255)),
    Broken(why: "64 KiB announced", mistake: .length, bytes: edited(6, 255)),
    Broken(why: "less announced than there is", mistake: .length, bytes: edited(7, 7)),
    Broken(why: "more announced than there is", mistake: .length, bytes: edited(7, 9)),
    Broken(why: "a byte behind the last field", mistake: .length, bytes: edited(7, 8) + [0]),
    Broken(why: "a tag alone", mistake: .length, bytes: frame(1, [1])),
    Broken(why: "half a length", mistake: .length, bytes: frame(1, [1, 0])),
    Broken(why: "a field that ends behind the frame", mistake: .length, bytes: edited(10, 6)),
    Broken(why: "a field as long as can be", mistake: .length, bytes: frame(1, [1, 255, 255, 7])),
    Broken(why: "tag 0", mistake: .tag, bytes: frame(1, field(0, "a"))),
    Broken(why: "tag 40", mistake: .tag, bytes: frame(1, field(40, "a"))),
    Broken(why: "tag 200", mistake: .tag, bytes: frame(1, field(200, "a"))),
    Broken(why: "a field twice", mistake: .order, bytes: frame(1, field(1, "a") + field(1, "a"))),
    Broken(why: "tags that fall", mistake: .order, bytes: frame(1, field(2, "a") + field(1, "a"))),
  ]

  /// A good frame of eight bytes of fields, with one byte changed.
  private static func edited(_ place: Int, _ byte: UInt8) -> [UInt8] {
    var bytes = frame(1, field(1, "alice"))
    bytes[place] = byte
    return bytes
  }
}

/// Two ends of one connection.
private final class Pair: Sendable {
  let here: Int32
  let there: Int32
  private let isOpen = Flag()

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    (here, there) = (ends[0], ends[1])
  }

  deinit {
    hangUp()
    close(there)
  }

  func write(_ bytes: [UInt8]) { #expect(send(here, bytes, bytes.count, 0x4000) == bytes.count) }

  func hangUp() { if isOpen.set() { close(here) } }
}

private final class Flag: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var value = false
  var isSet: Bool { lock.withLock { value } }
  /// Whether it was not set before.
  @discardableResult func set() -> Bool {
    lock.withLock {
      defer { value = true }
      return !value
    }
  }
}

private func isSent(_ bytes: [UInt8], by end: Int32, seconds: Int64) -> Bool {
  do throws(Connection.Broken) {
    try Connection(end, seconds: seconds).send(bytes.span)
    return true
  } catch {
    return false
  }
}

private func received(_ end: Int32, seconds: Int64) -> String? {
  let connection = Connection(end, seconds: seconds)
  var bytes = [UInt8](repeating: 0, count: Frame.largest)
  var room = bytes.mutableSpan
  guard let frame = try? connection.receive(into: &room) else { return nil }
  return "\(frame.kind) \(text(frame, .user, bytes) ?? "")"
}

/// Why no frame comes from `end`; `nil` where one does.
private func broken(_ end: Int32, seconds: Int64) -> Int32? {
  var bytes = [UInt8](repeating: 0, count: Frame.largest)
  var room = bytes.mutableSpan
  do throws(Connection.Broken) {
    _ = try Connection(end, seconds: seconds).receive(into: &room)
    return nil
  } catch {
    return error.code
  }
}

private func mistake(of bytes: [UInt8]) -> Frame.Mistake? {
  do throws(Frame.Mistake) {
    _ = try Frame(bytes.span)
    return nil
  } catch {
    return error
  }
}

private func text(_ frame: Frame, _ tag: Frame.Tag, _ bytes: [UInt8]) -> String? {
  frame[tag].map { String(decoding: bytes[$0], as: UTF8.self) }
}

private func written(_ kind: Frame.Kind, _ fields: [(Frame.Tag, String)]) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: Frame.largest)
  var room = bytes.mutableSpan
  var writer = FrameWriter()
  for (tag, text) in fields { writer.add(tag, Array(text.utf8).span, to: &room) }
  guard let length = writer.finish(kind, in: &room) else { return [] }
  return Array(bytes[0..<length])
}

private func frame(_ kind: UInt8, _ fields: [UInt8]) -> [UInt8] {
  Array("CMFA".utf8) + [1, kind] + length(fields.count) + fields
}

private func field(_ tag: UInt8, _ text: String) -> [UInt8] {
  [tag] + length(text.utf8.count) + Array(text.utf8)
}

private func length(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 255)] }
