extension Installation.Line {
  /// What no review of this release's trail can show, in plain words.
  var notRecorded: [String] {
    switch self {
    case .two3:
      [
        "2.3 records nobody's doings: there is no table of actions, only errors in storage/logs",
        "the web server's log is all there is of them (--access-log)",
      ]
    case .two4, .two5:
      [
        "the table 'actions' has no failed passwords, no changes of settings, no reading of API keys, and no addresses",
        "about accounts it names whom a row is about, and not who did it",
        "a POST to /auth/login is answered 302 whether the password was right or wrong",
      ]
    case .three:
      [
        "3.x records nobody's doings: its table 'actions' stays empty",
        "sign-in and every action are a POST to /livewire: the web server's log does not tell which",
      ]
    }
  }
}
