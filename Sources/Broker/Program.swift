internal import CPlatform

/// `cachet-mfa-broker`: one connection on standard input, one peer, one request. docs/web.md.
@main
struct Program {
  static func main() {
    exit(Broker.serve(seconds: 5))
  }
}
