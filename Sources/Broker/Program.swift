internal import CPlatform

/// `cachet-mfa-broker`: one connection on standard input, one peer, one request.
///
/// Takes no arguments: what may be asked depends on the socket that was connected to.
@main
struct Program {
  static func main() {
    guard let role = Role(of: 0) else {
      complain()
      exit(64)
    }
    exit(Broker.serve(role, seconds: 5))
  }

  private static func complain() {
    let text: StaticString =
      "cachet-mfa-broker: error: standard input is no connection to decide.sock\ncachet-mfa-broker: hint: systemd starts this program, see cachet-mfa-broker(8)\n"
    _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
  }
}

/// What the socket is for.
enum Role {
  /// Programs that policy names have the sign-ins of others decided.
  case decide

  /// The role of the socket that `connection` came to, by its name.
  init?(of connection: Int32) {
    guard Role.isCalled("decide.sock", connection) else { return nil }
    self = .decide
  }

  private static func isCalled(_ name: StaticString, _ connection: Int32) -> Bool {
    let text = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    return unsafe is_socket_called(connection, text)
  }
}
