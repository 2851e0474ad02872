import Foundation
import OTP
import Store
import StoreFaults

/// Does to a store what a test cannot do to itself: forks, kills, fills the disk, becomes nobody.
@main
struct StoreTool {
  static func main() {
    guard faults_begin() else { leave("no shared memory") }
    let words = CommandLine.arguments.dropFirst().map { $0 }
    let numbers = words.compactMap { Int($0) }
    switch words.first {
    case "kill" where words.count == 3:
      sweep(writer(words[1]), FAULT_KILL, 0, in: words[2])
    case "fail" where words.count == 4:
      sweep(writer(words[1]), FAULT_ERRNO, Int32(numbers[0]), in: words[3])
    case "short" where words.count == 3:
      sweep(writer(words[1]), FAULT_SHORT, 0, in: words[2])
    case "race-steps" where words.count == 4:
      Race.steps(processes: numbers[0], rounds: numbers[1], in: words[3])
    case "race-codes" where words.count == 4:
      Race.codes(processes: numbers[0], rounds: numbers[1], in: words[3])
    case "writers" where words.count == 4:
      Race.writers(processes: numbers[0], rounds: numbers[1], in: words[3])
    case "stopped" where words.count == 2: Race.stopped(in: words[1])
    case "full" where words.count == 2: onFullDisk(in: words[1])
    case "read" where words.count == 4:
      guard become(UInt32(numbers[0])) else { leave("cannot become \(words[1])") }
      say(reading(words[3], in: words[2]))
    case "view" where words.count == 3:
      guard become(UInt32(numbers[0])) else { leave("cannot become \(words[1])") }
      say(view(of: path(words[2])))
    case "make" where words.count == 3:
      guard become(UInt32(numbers[0])) else { leave("cannot become \(words[1])") }
      makeStore(at: words[2], enrolled: true)
      say(view(of: path(words[2])))
    default: leave("usage: see StoreTool.swift")
    }
  }

  private static func writer(_ word: String) -> Writer {
    guard let writer = Writer(rawValue: word) else { leave("no writer: \(word)") }
    return writer
  }

  /// Reads a file under every rule; says "read", or what was wrong.
  private static func reading(_ name: String, in folder: String) -> String {
    var room = [UInt8](repeating: 0, count: 4096)
    var span = room.mutableSpan
    do throws(StoreFailure) {
      let opened = try TrustedFolder(path(folder), owners: .caller, part: .folder)
      guard let file = FileName(Array(name.utf8).span) else { return "no name" }
      _ = try opened.read(file, into: &span, part: .policy)
      return "read"
    } catch {
      return words(error)
    }
  }

  /// `folder` is a small file system of its own.
  private static func onFullDisk(in folder: String) {
    faults_sync()
    let store = folder + "/store"
    makeStore(at: store, enrolled: true)
    say("full: \(unsafe fill_disk(folder + "/filler"))")
    let before = view(of: path(store))
    attempt("signing in") {
      let opened = try Store(at: StoreLocation(folder: path(store)))
      try opened.signIn(.alice)
      do throws(StoreFailure) { try opened.signIn(.alice) } catch { say("again: \(words(error))") }
      if let record = try opened.record(of: .alice, uid: Known.uid),
        let set = record.credentials.set(of: .recovery)
      {
        say("recovery code: \(try record.state.use(0, of: set))")
        try record.state.sync()
      }
    }
    let seen = view(of: path(store))
    say("before: \(before)")
    say("now: \(seen)")
    for writer in [Writer.edit, .new, .add] {
      do throws(StoreFailure) {
        try writer.run(at: path(store))
        say("\(writer): done")
      } catch {
        say("\(writer): \(words(error))")
      }
      say(
        "unchanged: \(view(of: path(store)) == seen), leftovers: \(leftovers(below: store).count)")
    }
    attempt("making room") { try FileManager.default.removeItem(atPath: folder + "/filler") }
    attempt("editing with room") { try Writer.edit.run(at: path(store)) }
    say("with room: \(view(of: path(store)))")
  }
}

func say(_ line: String) { print(line) }

func leave(_ why: String) -> Never {
  print("error: \(why)")
  exit(70)
}

func path(_ text: String) -> Path {
  guard let path = Path(Array(text.utf8).span) else { leave("no path: \(text)") }
  return path
}

/// Runs what must work.
func attempt(_ what: String, _ body: () throws -> Void) {
  do { try body() } catch let failure as StoreFailure {
    leave("\(what): \(words(failure))")
  } catch {
    leave("\(what): \(error)")
  }
}

/// A child that runs `body` and ends with 0, or 1 and its failure's words.
func fork(_ body: () throws(StoreFailure) -> Void) -> pid_t {
  let child = fork_child()
  guard child == 0 else { return child }
  do throws(StoreFailure) { try body() } catch {
    unsafe faults_say(words(error))
    leave_child(1)
  }
  leave_child(0)
}
