import Glibc

/// Names and addresses that never leave this machine.
enum Loopback {
  /// By its number, or by the one name that does: '127.example.org' is somebody's.
  static func isHost(_ host: String) -> Bool {
    var four = in_addr()
    if unsafe inet_pton(AF_INET, host, &four) == 1 {
      return UInt32(bigEndian: four.s_addr) >> 24 == 127
    }
    return host.lowercased() == "localhost" || host == "::1" || host == "[::1]"
  }

  /// As web servers write it: a host with or without a port, or a socket.
  static func isAddress(_ address: String) -> Bool {
    if address.hasPrefix("unix:") || isHost(address) { return true }
    let port = address.lastIndex(of: ":") ?? address.endIndex
    return isHost(String(address[..<port]))
  }
}
