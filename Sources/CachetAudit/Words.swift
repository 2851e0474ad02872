import Glibc

/// How what could not be looked at is told.
extension Obstacle {
  var words: String { words { $0 } }

  /// For those who do not see which installation is meant: with whole paths.
  func words(in folder: Folder) -> String { words { folder.absolute($0) } }

  /// Paths and what libraries say come from outside.
  private func words(_ name: (String) -> String) -> String {
    Printable.text(told(name).utf8, limit: 1_000)
  }

  private func told(_ name: (String) -> String) -> String {
    switch self {
    case .noInstallation(let root): "\(root): no Cachet here (no artisan, no public/, no VERSION)"
    case .unreadable(let path, let code): "\(name(path)): \(unsafe String(cString: strerror(code)))"
    case .unwritable(let path, let code):
      "\(name(path)): cannot be written: \(unsafe String(cString: strerror(code)))"
    case .tooLarge(let path, let limit): "\(name(path)): larger than \(limit >> 20) MiB"
    case .notRegular(let path): "\(name(path)): not a regular file"
    case .environmentFile(let path, let refusal):
      "\(name(path)):\(refusal.line): \(refusal.cause.words)"
    case .features(let path, let refusal): "\(name(path)):\(refusal.line): \(refusal.cause.words)"
    case .damaged(let path, let what): "\(name(path)): \(what)"
    case .database(let what): "database: \(what)"
    }
  }

  var hint: String? {
    switch self {
    case .noInstallation: "name the folder that holds Cachet's 'artisan'"
    case .unreadable(_, EACCES), .unreadable(_, EPERM):
      "run it as root, or as the web server's user"
    case .unreadable(Configuration.path, ENOENT):
      "without .env the environment of PHP's process counts alone; name it with --environment"
    case .environmentFile(_, let refusal) where refusal.cause == .endless: nil
    case .environmentFile: "Cachet does not start with this line; correct it"
    case .database:
      "it is asked from this host, with the account that Cachet uses: does the server run and know it?"
    case .features: "'cachet-mfa audit features DIR' prints a list to start from"
    case .unreadable, .unwritable, .tooLarge, .notRegular, .damaged: nil
    }
  }
}

extension Dotenv.Refusal.Cause {
  var words: String {
    switch self {
    case .noName: "no name in front of the equals sign"
    case .invalidName: "a name of letters, digits, underscores and dots is wanted"
    case .spaceUnquoted: "a value with blanks needs quotes"
    case .textBehindQuote: "text behind the closing quote"
    case .unclosedQuote: "a quote is opened and never closed"
    case .unknownEscape: "a backslash in front of a character that it does not escape"
    case .endless: "values that are made from one another are longer than anything reads"
    }
  }
}

extension Installation {
  var words: String { "Cachet \(version) in \(Printable.text(folder.root.utf8, limit: 1_000))" }
}

extension Int {
  /// As '1 event', '2 events'.
  func counted(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}
