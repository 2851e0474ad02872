import Glibc
import Synchronization

/// Somebody at a port of this machine who takes every connection and talks as a test tells.
final class FakeServer {
  let port: Int
  private let listener: Int32

  /// Speaks over a connection; it is closed behind.
  typealias Talk = @Sendable (FakeConnection) -> Void

  init(_ talk: @escaping Talk) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(listener, generic, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    guard result else { throw Failure(code: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.start {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Thread.start {
          talk(FakeConnection(descriptor: connection))
          close(connection)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  struct Failure: Error { let code: Int32 }
}

/// The server's end.
struct FakeConnection: Sendable {
  let descriptor: Int32

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// What there is to read next; nothing where the other has gone.
  func receive() -> [UInt8] {
    var room = [UInt8](repeating: 0, count: 4096)
    let count = unsafe recv(descriptor, &room, room.count, 0)
    return Array(room.prefix(max(0, count)))
  }

  /// Until the other goes.
  func listen() { while !receive().isEmpty {} }
}

/// What was said to a server.
final class Heard: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// Threads of their own: the pool of tasks has few, and these block.
private final class Thread {
  private let body: @Sendable () -> Void

  private init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  static func start(_ body: @escaping @Sendable () -> Void) {
    let this = unsafe Unmanaged.passRetained(Thread(body)).toOpaque()
    var thread = pthread_t()
    unsafe pthread_create(
      &thread, nil,
      { this in
        if let this = unsafe this {
          unsafe Unmanaged<Thread>.fromOpaque(this).takeRetainedValue().body()
        }
        return nil
      }, this)
    pthread_detach(thread)
  }
}
