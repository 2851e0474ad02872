internal import OTP

/// Questions of `PolicyCheck` to the part of a text that it has read.
enum PolicyText {
  /// Shows each `key = value` with its line number, until `body` answers `false`.
  static func eachLine(in text: Span<UInt8>, _ body: (PolicyLine, Int) -> Bool) {
    var number = 0
    var start = 0
    while start < text.count {
      number += 1
      let end = PolicyLine.end(in: text, from: start)
      // A line that does not read was refused by the check: it is never seen here.
      if let line = try? PolicyLine.read(text, start..<end), !body(line, number) {
        return
      }
      start = end + 1
    }
  }

  /// Shows each entry of `key` until `body` answers `false`: for lists the name and its reason, for
  /// `door.SERVICE` and `enroll-by.GROUP` the name and the value.
  @inline(never)
  static func eachEntry(
    of key: PolicyKey, in text: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) -> Bool
  ) {
    eachLine(in: text) { (line, _) in
      guard line.key == key else { return true }
      guard key.isList else {
        return body(text.extracting(line.part), text.extracting(line.value))
      }
      var entries = PolicyEntries(of: line)
      while (try? entries.next(in: text)) == true {
        let name = entries.name
        let reason = entries.reason
        let goesOn = name.withBytes { (name: Span<UInt8>) in
          reason.withBytes { (reason: Span<UInt8>) in body(name, reason) }
        }
        guard goesOn else { return false }
      }
      return true
    }
  }
}

extension PolicyText {
  /// Whether an entry of `key` is called `name`.
  static func lists(_ name: Span<UInt8>, under key: PolicyKey, in text: Span<UInt8>) -> Bool {
    var found = false
    eachEntry(of: key, in: text) { (other, _) in
      found = key.namesServices ? equalIgnoringCase(other, name) : equal(other, name)
      return !found
    }
    return found
  }
}

/// Whether two names are the same to libpam, which lowers the ASCII letters of a service's name.
func equalIgnoringCase(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
  guard a.count == b.count else { return false }
  var i = 0
  while i < a.count {
    guard lowered(a[i]) == lowered(b[i]) else { return false }
    i += 1
  }
  return true
}

private func lowered(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
