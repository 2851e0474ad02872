import Glibc

/// `unix:/run/…`, `udp:HOST:PORT` or `tcp:HOST:PORT`: where messages of syslog are sent to. A
/// datagram has one message; on TCP its length stands before it (RFC 6587, octet counting).
final class SyslogSocket {
  enum Destination: Equatable {
    case unix(String)
    case net(isStream: Bool, host: String, port: String)

    init?(_ text: String) {
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, let rest = parts.last else { return nil }
      switch parts[0] {
      case "unix":
        guard rest.hasPrefix("/"), rest.utf8.count < 108 else { return nil }
        self = .unix(rest)
      case "udp", "tcp":
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        var host = String(rest[..<colon])
        let port = String(rest[rest.index(after: colon)...])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, let number = UInt16(port), number > 0 else { return nil }
        self = .net(isStream: parts[0] == "tcp", host: host, port: String(number))
      default: return nil
      }
    }
  }

  private let name: String
  private let file: Int32
  private let isStream: Bool

  init(_ destination: Destination) throws(Obstacle) {
    switch destination {
    case .unix(let path): (name, isStream, file) = (path, false, try Self.connect(unix: path))
    case .net(let isStream, let host, let port):
      name = "\(host):\(port)"
      self.isStream = isStream
      file = try Self.connect(host, port, isStream: isStream)
    }
    // A collector that stands still must not hold up the run for ever.
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    unsafe setsockopt(
      file, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(file) }

  func send(_ message: String) throws(Obstacle) {
    var rest = Self.framed(message, isStream: isStream)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count >= 0 || errno == EINTR else { throw .unreadable(path: name, errno: errno) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  static func framed(_ message: String, isStream: Bool) -> [UInt8] {
    Array((isStream ? "\(message.utf8.count) \(message)" : message).utf8)
  }

  private static func connect(unix path: String) throws(Obstacle) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
      unsafe room.copyBytes(from: Array(path.utf8))
    }
    let file = socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { throw .unreadable(path: path, errno: errno) }
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else {
      let code = errno
      close(file)
      throw .unreadable(path: path, errno: code)
    }
    return file
  }

  private static func connect(
    _ host: String, _ port: String, isStream: Bool
  ) throws(Obstacle) -> Int32 {
    var wanted = unsafe addrinfo(
      ai_flags: 0, ai_family: AF_UNSPEC,
      ai_socktype: Int32(isStream ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue), ai_protocol: 0,
      ai_addrlen: 0, ai_addr: nil, ai_canonname: nil, ai_next: nil)
    var found: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, port, &wanted, &found) == 0 else {
      throw .damaged(path: "\(host):\(port)", what: "has no address")
    }
    defer { unsafe freeaddrinfo(found) }
    var code = ENOENT
    var next = unsafe found
    while let place = unsafe next {
      let one = unsafe place.pointee
      let file = unsafe socket(
        one.ai_family, one.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), one.ai_protocol)
      if file >= 0, unsafe Glibc.connect(file, one.ai_addr, one.ai_addrlen) == 0 { return file }
      code = errno
      if file >= 0 { close(file) }
      unsafe next = one.ai_next
    }
    throw .unreadable(path: "\(host):\(port)", errno: code)
  }
}
