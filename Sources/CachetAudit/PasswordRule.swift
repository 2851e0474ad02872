import CPwquality
import Glibc
import Synchronization

/// What a password must have, counted without ever showing a character of it.
struct PasswordRule: Sendable {
  var length = 16
  var classes = 4
  /// The files of cracklib's dictionary, without their endings.
  var dictionary = "/var/cache/cracklib/cracklib_dict"

  struct Judgement: Sendable {
    /// What it lacks, each as the end of 'the password …'.
    var faults: [String] = []
    /// Why the dictionary was not asked.
    var unasked: String?
  }

  func judge(_ password: HiddenValue) -> Judgement {
    let bytes = password.bytes
    var judgement = Judgement()
    let characters = String(decoding: bytes, as: UTF8.self).unicodeScalars.count
    if characters < length {
      judgement.faults.append("has \(characters) characters, \(length) are wanted")
    }
    let kinds = [
      bytes.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) },
      bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) },
      bytes.contains(where: \.isDigit),
      bytes.contains { !$0.isLetter && !$0.isDigit },
    ].count { $0 }
    if kinds < classes {
      judgement.faults.append(
        "has \(kinds) of the classes lower case, upper case, digits and others, \(classes) are wanted"
      )
    }
    if Placeholder.isMadeOfWords(bytes) {
      judgement.faults.append("is a common word with digits or signs around it")
    }
    if Repetition.period(of: bytes) != nil {
      judgement.faults.append("repeats itself")
    }
    guard isDictionaryThere else {
      judgement.unasked =
        "there is no dictionary of cracklib as \(dictionary).pwd and .pwi: install cracklib-runtime"
      return judgement
    }
    if let words = Self.cracklib.withLock({ _ in askCracklib(bytes) }) {
      judgement.faults.append(words)
    }
    return judgement
  }

  /// cracklib, below libpwquality, keeps what it opened in variables of its own.
  private static let cracklib = Mutex(())

  /// Whether its files are there, and begin as they should: else the library would say so itself, on
  /// this program's standard error.
  private var isDictionaryThere: Bool {
    guard
      ["pwd", "pwd.gz"].contains(where: { unsafe access("\(dictionary).\($0)", R_OK) == 0 }),
      let (file, facts) = try? RegularFile.open("\(dictionary).pwi", named: "dictionary")
    else { return false }
    defer { close(file) }
    // PIH_MAGIC of its packer.h, in the order of this machine's bytes.
    var magic: UInt32 = 0
    let count = unsafe withUnsafeMutableBytes(of: &magic) { unsafe read(file, $0.baseAddress, 4) }
    return facts.st_size >= 16 && count == 4 && magic == 0x7077_5631
  }

  /// What libpwquality's test by cracklib says, and nothing else of it; `nil` where it finds nothing.
  private func askCracklib(_ bytes: [UInt8]) -> String? {
    guard let settings = unsafe pwquality_default_settings() else { return Self.failed }
    defer { unsafe pwquality_free_settings(settings) }
    for (setting, value) in [
      (PWQ_SETTING_DIFF_OK, Int32(0)), (PWQ_SETTING_MIN_CLASS, 0), (PWQ_SETTING_DIG_CREDIT, 0),
      (PWQ_SETTING_UP_CREDIT, 0), (PWQ_SETTING_LOW_CREDIT, 0), (PWQ_SETTING_OTH_CREDIT, 0),
      (PWQ_SETTING_MIN_LENGTH, 0), (PWQ_SETTING_DICT_CHECK, 1),
    ] {
      unsafe pwquality_set_int_value(settings, setting, value)
    }
    guard unsafe pwquality_set_str_value(settings, PWQ_SETTING_DICT_PATH, dictionary) == 0 else {
      return Self.failed
    }
    var text = bytes.filter { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
    defer { for index in text.indices { text[index] = 0 } }
    var detail: UnsafeMutableRawPointer?
    let code = unsafe pwquality_check(settings, &text, nil, nil, &detail)
    switch code {
    case PWQ_ERROR_CRACKLIB_CHECK:
      guard let detail = unsafe detail else { return Self.failed }
      return Self.words(unsafe String(cString: detail.assumingMemoryBound(to: CChar.self)))
    // Said by its length.
    case PWQ_ERROR_MIN_LENGTH, PWQ_ERROR_EMPTY_PASSWORD: return nil
    case PWQ_ERROR_PALINDROME: return "reads the same from its end"
    default: return code < 0 ? "is refused by libpwquality (\(code))" : nil
    }
  }

  private static let failed = "could not be looked up in the dictionary"

  /// cracklib's answers, in ours. One that is not known is a fault all the same.
  private static func words(_ answer: String) -> String {
    if answer.contains("dictionary word") { return "is based on a word of the dictionary" }
    if answer.contains("simplistic") { return "follows a pattern such as 1234 or abcd" }
    if answer.contains("DIFFERENT") { return "has too few different characters" }
    if answer.contains("whitespace") { return "is all blanks" }
    if answer.contains("short") { return "is short" }
    if answer.contains("error loading") { return failed }
    return "is refused by cracklib: \(Printable.text(answer.utf8, limit: 100))"
  }
}
