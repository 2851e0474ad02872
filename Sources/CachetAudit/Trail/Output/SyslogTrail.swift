import Foundation

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
    host = ProcessInfo.processInfo.hostName
  }

  func take(_ entry: TrailEntry) throws(Obstacle) {
    let message = SyslogMessage.text(entry, host: host)
    switch way {
    case .lines(let output): try output.write(message + "\n")
    case .socket(let socket): try socket.send(message)
    }
  }

  func end(_ summary: TrailSummary) throws(Obstacle) {
    if case .lines(let output) = way { try output.flush() }
  }
}
