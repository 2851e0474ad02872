import ArgumentParser
import CTerminal
import Store

struct KeyRotate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Make a new key and seal every record under it.",
    discussion: """
      Sign-ins go on meanwhile. Cut short at any point, it continues where it was when it is run \
      again.
      """)

  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let output = Output(places)
    let first = try site.open()
    try first.folder.locked(or: { Failure.store(StoreFailure(.folder, $0), site, nil) }) {
      () throws(Failure) in
      let resumed = try site.trying { () throws(StoreFailure) -> Bool in
        let resumed = try first.isRotating()
        try Store.prepareNextKey(at: site.location)
        return resumed
      }
      let store = try site.open()
      if resumed { output.line("continuing what was begun") }
      let before = try sweep(store, site, output)
      try site.trying { () throws(StoreFailure) in try store.signUnderLatest() }
      // What a writer that had read the former key alone has made in between.
      let after = try sweep(store, site, output)
      let id = try site.trying { () throws(StoreFailure) in
        try Store.adoptNextKey(at: site.location)
        return try store.withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in keys.latest }
      }
      Journal.note("key-rotate", detail: hex(id.rawValue), at: site)
      output.object { json in
        json.field("key", hex(id.rawValue))
        json.field("records", after.records)
        json.field("resealed", before.sum + after.sum)
        json.field("resumed", resumed)
      }
      output.line("key \(hex(id.rawValue)) seals \(counted(after.records, "record"))")
      output.line("backups made until now need the former key, which is gone from this host")
      try output.flush()
    }
  }

  private func sweep(
    _ store: borrowing Store, _ site: Site, _ output: Output
  ) throws(Failure) -> Sweep {
    var sweep = Sweep("sealing", output)
    sweep.run(store) { (name: AccountName) throws(StoreFailure) in
      try store.reseal(name) ? 1 : 0
    }
    guard sweep.isComplete else {
      throw .store(StoreFailure(.users, .unreadable(errno: EIO)), site, nil)
    }
    guard sweep.damaged.isEmpty else {
      try output.flush()
      throw .rotationUnfinished(sweep.damaged.count, site)
    }
    return sweep
  }
}
