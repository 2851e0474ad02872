import Glibc

/// The trail as messages of syslog, each in a line of a file or sent to a collector.
final class SyslogTrail: TrailSink {
  enum Way {
    case lines(ByteStream)
    case socket(SyslogSocket)
  }

  private let way: Way
  private let host: String

  init(_ way: Way) {
    self.way = way
    var name = [CChar](repeating: 0, count: 256)
    let isKnown = unsafe gethostname(&name, name.count - 1) == 0
    host =
      isKnown
      ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
  }

  func take(_ entry: TrailEntry) throws(Obstacle) {
    let message = SyslogMessage.text(entry, host: host)
    switch way {
    case .lines(let output): try output.write(message + "\n")
    case .socket(let socket): try socket.send(message)
    }
  }

  func end(_ summary: TrailSummary) throws(Obstacle) {
    if case .lines(let output) = way { try output.finish() }
  }
}
