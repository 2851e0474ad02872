import ArgumentParser
import CTerminal
import Store

struct KeyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Open everything that is sealed, and say what does not.")

  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let output = Output(places)
    let store = try site.open()
    let key = try site.trying { () throws(StoreFailure) in
      try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
        (id: keys.latest, isRotating: keys.isRotating)
      }
    }
    let isReadable = try site.trying { () throws(StoreFailure) in
      try site.location.key.open(site.location.owners, part: .hostKey)
        .isReadableByOthers(site.location.key.name, part: .hostKey)
    }
    var sweep = Sweep("checking", output)
    sweep.run(store) { (name: AccountName) throws(StoreFailure) in
      try store.check(name)
    }
    output.object { json in
      json.field("key", hex(key.id.rawValue))
      json.field("rotating", key.isRotating)
      json.field("readable_by_others", isReadable)
      json.field("records", sweep.records)
      json.field("factors", sweep.sum)
      sweep.write(to: json)
    }
    let names = key.isRotating ? " (being rotated to)" : ""
    output.line(
      "key \(hex(key.id.rawValue))\(names): opens \(counted(sweep.sum, "factor")) "
        + "in \(counted(sweep.records, "record"))")
    if key.isRotating {
      output.line("'\(site.command("key rotate"))' was begun and is not finished")
    }
    try output.flush()
    if isReadable {
      Terminal.tell(
        "cachet-mfa: warning: \(site.key) is readable by others: 'chmod go-r' it, and if somebody "
          + "may have read it, run '\(site.command("key rotate"))'\n")
    }
    guard sweep.isComplete else {
      throw .store(StoreFailure(.users, .unreadable(errno: EIO)), site, nil)
    }
    guard sweep.damaged.isEmpty else { throw .damagedRecords(sweep.damaged.count) }
  }
}

/// `number` in 16 hexadecimal digits, as files name a key.
func hex(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
