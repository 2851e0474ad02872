import Foundation
import Store
import StoreFaults

/// Runs `writer` once for each call into the system that it makes, and lets that call be the one
/// at which it is killed or that fails. One line per run:
///
///     NUMBER|CALL|how it ended|what readers see|leftovers|files that tell a secret|after the next writer
func sweep(_ writer: Writer, _ kind: fault_kind, _ number: Int32, in folder: String) {
  let template = folder + "/template"
  let store = folder + "/store"
  makeStore(at: template, enrolled: writer != .make)
  var at = 0
  while true {
    try? FileManager.default.removeItem(atPath: store)
    attempt("copying the store") {
      try FileManager.default.copyItem(atPath: template, toPath: store)
    }
    let child = fork_child()
    if child == 0 {
      faults_arm(kind, number, at)
      do throws(StoreFailure) {
        try writer.run(at: path(store))
        faults_disarm()
      } catch {
        faults_disarm()
        unsafe faults_say(words(error))
        leave_child(1)
      }
      leave_child(0)
    }
    let status = wait_for(child, false)
    let end =
      switch status {
      case 0: "done"
      case 1: unsafe String(cString: faults_said())
      case 137: "killed"
      default: "ended \(status)"
      }
    let seen = view(of: path(store))
    let left = leftovers(below: store).count
    let telling = tellingFiles(below: store).joined(separator: " ")
    say(
      "\(at)|\(unsafe String(cString: faults_hit()))|\(end)|\(seen)|\(left)|\(telling)|"
        + nextWriter(writer, at: store))
    // Run 0 hits nothing and counts.
    if at > 0 && !faults_any_hit() { return }
    at += 1
  }
}

/// What a store is like after the next writer has been at it.
private func nextWriter(_ writer: Writer, at store: String) -> String {
  do throws(StoreFailure) {
    if writer == .make {
      try Store.make(at: StoreLocation(folder: path(store)))
    } else {
      let opened = try Store(at: StoreLocation(folder: path(store)))
      for account in [AccountName.alice, .bob, .carol] {
        guard try opened.record(of: account, uid: Known.uid) != nil || account.isBob else {
          continue
        }
        try opened.edit(account, uid: Known.uid) {
          (credentials: inout Credentials, _, _) throws(StoreFailure) in credentials.disabledAt = 0
        }
      }
    }
  } catch {
    return words(error)
  }
  let left = leftovers(below: store)
  return left.isEmpty ? "clean" : left.joined(separator: " ")
}

extension AccountName {
  fileprivate var isBob: Bool { withBytes { (name: Span<UInt8>) in name[0] == UInt8(ascii: "b") } }
}

/// A store with alice in it, or an empty folder for one.
func makeStore(at folder: String, enrolled: Bool) {
  attempt("making a folder") {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
  guard enrolled else { return }
  attempt("making a store") {
    try Store.make(at: StoreLocation(folder: path(folder)))
    let store = try Store(at: StoreLocation(folder: path(folder)))
    try store.enrol(.alice, "phone", Known.first)
    try store.renew(.alice)
  }
}
