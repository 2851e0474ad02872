extension StackReview.Finding {
  /// What can happen, behind the name of the service whose own file is `file`.
  func words(_ file: String) -> String {
    switch self {
    case .missing(.none): "no line in \(file) asks pam_cachet_mfa.so, so no code is needed there"
    case .missing(.auth?): "no auth line asks pam_cachet_mfa.so, so no code is needed there"
    case .missing(let kind?):
      "no \(kind) line asks pam_cachet_mfa.so, so a disabled or unenrolled user is not stopped "
        + "where no code is asked for"
    case .skipped(.auth, let by, let ours):
      "\(by.spelled) can let a user in before our line at \(ours.place) asks for a code"
    case .skipped(let kind, let by, let ours):
      "\(by.spelled) can let a user past our \(kind) line at \(ours.place)"
    case .overruled(let kind, let ours):
      "our \(kind) line at \(ours.place) can refuse, and the stack still lets the user in"
    case .unproven(let ours, .none):
      "our line at \(ours.place) says after_first_factor, and no line before it has to succeed"
    case .unproven(let ours, let failing?):
      "our line at \(ours.place) says after_first_factor, and a user who fails at "
        + "\(failing.spelled) still reaches it"
    case .broken(let place): "libpam cannot read \(place) and refuses everybody"
    case .unclear(let unclear): unclear.words
    }
  }

  /// How it is closed at the service of `review`.
  func fix(_ review: StackReview) -> String {
    switch self {
    case .missing: "the recipes in /usr/share/doc/cachet-mfa/recipes show the lines"
    case .skipped(.auth, _, _): review.fixOfAuth
    case .skipped(_, let by, let ours):
      by.places[0].file == ours.places[0].file && by.places[0].line < ours.places[0].line
        ? "move our line in front of line \(by.places[0].line) of \(by.places[0].file)"
        : "put our line in front of that line; policy exempts a user, a jump should not"
    case .overruled(.auth, _):
      "its control has to be '[success=ok ignore=ignore default=die]'"
    case .overruled: "make it 'required', and the first line that can refuse or end the stack"
    case .unproven(_, .none): "put our line behind the password's, or take after_first_factor away"
    case .unproven(let ours, let failing?):
      failing.level > ours.level
        ? "include that file in place of 'substack', as the recipe 'cockpit' does"
        : "end the stack at that line ('requisite', or 'default=die' in brackets), or take "
          + "after_first_factor away"
    case .broken: "correct the line, and test a sign-in before you log out"
    case .unclear(let unclear): unclear.fix
    }
  }
}

extension StackReview {
  /// How a way past our auth line is closed.
  fileprivate var fixOfAuth: String {
    switch service {
    case "sudo", "sudo-i":
      "change that line so that it does not end the stack, or ask for the code first: stacks.md in "
        + "/usr/share/doc/cachet-mfa"
    default:
      accountLine.map {
        $0.has("needs_second_factor")
          ? "mend the account line first"
          : "add needs_second_factor to our account line at \($0.place)"
      } ?? "add our account line with needs_second_factor"
    }
  }
}

extension Stack.Handler {
  /// The module and where it stands.
  fileprivate var spelled: String { "\(module.isEmpty ? "the line" : name) at \(place)" }
}

extension Stack.Place: CustomStringConvertible {
  var description: String { "\(file):\(line)" }
}

extension Stack.Kind: CustomStringConvertible {
  var description: String { rawValue }
}

extension Stack.Unclear {
  fileprivate var words: String {
    switch reason {
    case .interrupted:
      "\(place) interrupts a line that goes on: libpam 1.5 and 1.7 read it in different ways"
    case .long: "\(place) is longer than 1022 bytes: libpam 1.5 takes its end for a line of its own"
    case .deep:
      "behind \(place) files include one another without end, or too deep: versions of libpam "
        + "differ in what they do"
    case .unreadable:
      "\(place.file) cannot be read, or is larger than a megabyte: it was not judged"
    case .many: "the stack has too many ways to try them all, from \(place) on: it was not judged"
    }
  }

  fileprivate var fix: String {
    switch reason {
    case .interrupted: "write the line in one piece"
    case .long: "make the line shorter, comments too"
    case .deep: "take an include away"
    case .unreadable: "put a file there that says who may sign in, and no more"
    case .many: "make the stack smaller, and test a sign-in before you log out"
    }
  }
}
