import CPwquality
import Synchronization

/// What a password must have, counted without ever showing a character of it.
struct PasswordRule: Sendable {
  var length = 16
  var classes = 4

  /// What it lacks, each as the end of 'the password …'.
  func faults(of password: HiddenValue) -> [String] {
    let bytes = password.bytes
    var faults: [String] = []
    let characters = String(decoding: bytes, as: UTF8.self).unicodeScalars.count
    if characters < length { faults.append("has \(characters) characters, \(length) are wanted") }
    let kinds = [
      bytes.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) },
      bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) },
      bytes.contains(where: \.isDigit),
      bytes.contains { !$0.isLetter && !$0.isDigit },
    ].count { $0 }
    if kinds < classes {
      faults.append(
        "has \(kinds) of the classes lower case, upper case, digits and others, \(classes) are wanted"
      )
    }
    if isWord(bytes) { faults.append("is based on a word of the dictionary") }
    return faults
  }

  /// cracklib, below libpwquality, keeps what it opened in variables of its own.
  private static let cracklib = Mutex(())

  private func isWord(_ bytes: [UInt8]) -> Bool {
    Self.cracklib.withLock { _ in isWordAlone(bytes) }
  }

  /// libpwquality's dictionary test, and nothing else of it.
  private func isWordAlone(_ bytes: [UInt8]) -> Bool {
    guard let settings = unsafe pwquality_default_settings() else { return false }
    defer { unsafe pwquality_free_settings(settings) }
    for (setting, value) in [
      (PWQ_SETTING_DIFF_OK, Int32(0)), (PWQ_SETTING_MIN_CLASS, 0), (PWQ_SETTING_DIG_CREDIT, 0),
      (PWQ_SETTING_UP_CREDIT, 0), (PWQ_SETTING_LOW_CREDIT, 0), (PWQ_SETTING_OTH_CREDIT, 0),
      (PWQ_SETTING_DICT_CHECK, 1),
    ] {
      unsafe pwquality_set_int_value(settings, setting, value)
    }
    var text = bytes.filter { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
    defer { for index in text.indices { text[index] = 0 } }
    var detail: UnsafeMutableRawPointer?
    guard
      unsafe pwquality_check(settings, &text, nil, nil, &detail) == PWQ_ERROR_CRACKLIB_CHECK,
      let detail = unsafe detail
    else { return false }
    // cracklib says other things in the same way: that it has no dictionary, for one.
    let words = unsafe String(cString: detail.assumingMemoryBound(to: CChar.self))
    return words.contains("dictionary word")
  }
}
