internal import CPlatform
internal import OTP

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
    exit(Broker.serve(role))
  }

  private static func complain() {
    let text: StaticString =
      "cachet-mfa-broker: error: standard input is no connection to decide.sock or self.sock\ncachet-mfa-broker: hint: systemd starts this program, see cachet-mfa-broker(8)\n"
    _ = unsafe write(2, text.utf8Start, text.utf8CodeUnitCount)
  }
}

/// What the socket is for.
enum Role {
  /// Programs that policy names have the sign-ins of others decided.
  case decide
  /// Users see and change their own enrolment, and at services that policy names have their own
  /// sign-ins decided.
  case selfService

  /// The role of the socket that `connection` came to, by its name.
  init?(of connection: Int32) {
    if Role.isCalled("decide.sock", connection) {
      self = .decide
    } else if Role.isCalled("self.sock", connection) {
      self = .selfService
    } else {
      return nil
    }
  }

  private static func isCalled(_ name: StaticString, _ connection: Int32) -> Bool {
    unsafe is_socket_called(connection, name.cString)
  }
}
