import CTerminal
import Store

extension StoreFailure {
  /// What is wrong with which file, and what helps.
  func complaint(at site: Site, _ person: Person?) -> Complaint {
    complaint(of: site.path(of: part, record: person?.folder), at: site, person)
  }

  /// The same of the file at `path`.
  func complaint(of path: String, at site: Site, _ person: Person?) -> Complaint {
    let name = person?.name ?? "NAME"
    let word = person.map { shellWord($0.name) } ?? "NAME"
    switch defect {
    case .missing: return missing(path, site)
    case .symbolicLink:
      return Complaint(
        "\(path) is, or is reached by, a symbolic link",
        hint: "name the place it leads to; 'realpath' shows it", .unavailable)
    case .notAFolder: return Complaint("\(path) is no folder", .unavailable)
    case .notARegularFile: return Complaint("\(path) is no regular file", .unavailable)
    case .foreignOwner:
      return Complaint(
        "\(path), or a folder above it, belongs neither to root nor to you",
        hint: site.folder == nil
          ? "'chown root' what is not root's, once you know who changed it"
          : "a store is for its owner and for nobody else",
        part == .folder ? .notPermitted : .unavailable)
    case .writableByOthers:
      return Complaint(
        "\(path), or a folder above it, is writable by others",
        hint: "'chmod go-w' what is, once you know that nobody used it", .unavailable)
    case .hardLinked:
      return Complaint("\(path) has a second name", hint: "'find -samefile' shows it", .unavailable)
    case .tooLarge: return damaged("\(path) is too large", word, site)
    case .truncated: return damaged("\(path) is cut short", word, site)
    case .unreadable(let code):
      return Complaint("\(path): \(systemWords(code))", exit(code))
    case .unwritable(let code):
      return Complaint("\(path) could not be written: \(systemWords(code))", exit(code))
    case .noRoom:
      return Complaint(
        "\(path) could not be written: the file system is full", hint: "nothing was changed",
        .unavailable)
    case .malformed(let line): return damaged("\(path):\(line): not as it was written", word, site)
    case .brokenWord(let place): return damaged("\(path): word \(place) is damaged", word, site)
    case .checksumMismatch: return damaged("\(path) was changed or damaged", word, site)
    case .wrongUser:
      return Complaint(
        "\(path) belongs to another account of that name",
        hint: "'\(site.command("remove --erase " + word))' removes it", .unavailable)
    case .otherKey:
      return Complaint(
        "\(path) was made under another key than \(site.key)",
        hint: "restore the key that belongs to this store", .unavailable)
    case .doesNotOpen:
      return Complaint(
        "\(path) holds a secret that does not open: copied, changed or damaged",
        hint: "'\(site.command("remove " + word))' removes it", .unavailable)
    case .crypto(let failure): return failure.complaint
    case .full:
      return Complaint(
        "\(name) has as many factors as a record holds",
        hint: "8 at a time, and 24 removed ones are remembered for a day", .refused)
    case .nameTaken:
      return Complaint(
        "\(name) has a factor of that name already", hint: "choose another '--name'", .refused)
    case .sameSecret:
      return Complaint("\(name) has this secret enrolled already", .refused)
    case .stepUsed:
      return Complaint("that code was used already", hint: "wait for the next one", .refused)
    case .lastFactor:
      return Complaint(
        "that is the last factor of \(name), and policy asks for one",
        hint: "enrol another one first", .refused)
    case .lapsed:
      return Complaint(
        "what allowed this enrolment holds no more", hint: "start again", .refused)
    case .exists: return Complaint("\(path) is there already", .refused)
    case .busy:
      return Complaint(
        "\(path) is being written by another process", hint: "try again", .unavailable)
    case .notLockable(let code):
      return Complaint("\(path) could not be locked: \(systemWords(code))", exit(code))
    }
  }

  private func missing(_ path: String, _ site: Site) -> Complaint {
    switch part {
    case .folder, .users:
      // A key tells that there was a store: then none is made in its place.
      if wasMade(site) {
        Complaint(
          "\(path) is missing, but \(site.key) is there",
          hint: "is the file system mounted? if the store is lost, restore it from a backup",
          .unavailable)
      } else {
        Complaint(
          "there is no store in \(site.data)",
          hint: "'\(site.command("enroll --user NAME"))' makes one"
            + (site.folder == nil ? "" : ", in a folder that is there"), .unavailable)
      }
    case .policy:
      Complaint(
        "\(path) is missing", hint: "run '\(site.command("policy apply"))'", .unavailable)
    case .hostKey:
      Complaint(
        "\(path) is missing",
        hint: "restore it from a backup; until then recovery codes and invitations still work",
        .unavailable)
    case .storeID:
      Complaint(
        "\(path) is missing",
        hint:
          "is the file system mounted? if making the store was cut short, enrol or invite again",
        .unavailable)
    case .record, .credentials, .state, .attempts, .sessions, .shares:
      Complaint("\(path) is missing", .unavailable)
    }
  }

  /// Whether the store that is missing, or whose users are, has a key: it is made after them.
  private func wasMade(_ site: Site) -> Bool {
    (try? Store.mustNotBeElsewhere(site.location)) == nil
  }

  private func damaged(_ words: String, _ word: String, _ site: Site) -> Complaint {
    switch part {
    case .record, .credentials, .state:
      Complaint(
        words,
        hint:
          "restore it from a backup, or '\(site.command("remove --erase " + word))' and enrol again",
        .unavailable)
    case .policy:
      Complaint(words, hint: "run '\(site.command("policy apply"))'", .unavailable)
    case .attempts, .sessions, .shares:
      Complaint(words, hint: "remove it: it is made anew", .unavailable)
    case .folder, .hostKey, .storeID, .users:
      Complaint(words, hint: "restore it from a backup", .unavailable)
    }
  }

  private func exit(_ code: Int32) -> Exit {
    code == EACCES || code == EPERM ? .notPermitted : .unavailable
  }
}
