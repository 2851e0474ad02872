import OTP
import Testing

@testable import Verifier

@Suite struct NetworkTests {
  private func network(_ host: String) -> String {
    string(networkPrefix(of: Quoted(Array(host.utf8).span)))
  }

  @Test(arguments: [
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("2001:DB8:1:2::", "2001:db8:1:2::"),
    ("2001:db8::a:1:1:1", "2001:db8::"), ("2001:db8:0:0:a::", "2001:db8::"),
    ("2001:0db8:0000:0000:ffff:0:0:1", "2001:db8::"), ("2001:0:0:5:a:b:c:d", "2001:0:0:5::"),
    ("2001::5:a:b:c:d", "2001:0:0:5::"), ("::1", "::"), ("fe80::1%eth0", "fe80::"),
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("::ffff:c000:207", "192.0.2.7"),
  ])
  func `an address has one origin, however it is written`(host: String, expected: String) {
    #expect(network(host) == expected)
  }

  @Test(arguments: [
    "client.example.com", "2001:db8", "1.2.3", "::g", "192.0.2.07", "", "-",
    "1:2:3:4:5:6:7:8:9", "::ffff:1.2.3.4.5",
  ])
  func `a name, and what only looks like an address, stays as it is`(host: String) {
    #expect(network(host) == host)
  }
}
