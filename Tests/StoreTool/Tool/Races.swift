import OTP
import Store
import StoreFaults

/// Processes that want the same thing at the same instant. Each prints how often how many won:
/// `200 rounds with 1 winner`.
enum Race {
  /// `processes` accept one step in each of `rounds`.
  static func steps(processes: Int, rounds: Int, in folder: String) {
    run(processes, rounds, in: folder) {
      (round: Int, record: borrowing Record) throws(StoreFailure) in
      guard let factor = record.credentials.factors[0] else { return false }
      let step = factor.parameters.step(at: Known.now + 3600).moved(by: round)
      guard try record.state.accept(step, of: factor.id, factor.parameters) else { return false }
      try record.state.sync()
      return true
    }
  }

  /// `processes` use one recovery code; each of `rounds` has a new one.
  static func codes(processes: Int, rounds: Int, in folder: String) {
    run(processes, rounds, in: folder, renewing: true) {
      (_, record: borrowing Record) throws(StoreFailure) in
      guard let set = record.credentials.set(of: .recovery) else { return false }
      return try record.state.use(0, of: set)
    }
  }

  private static func run(
    _ processes: Int, _ rounds: Int, in folder: String, renewing: Bool = false,
    _ wins: (Int, borrowing Record) throws(StoreFailure) -> Bool
  ) {
    let store = folder + "/store"
    makeStore(at: store, enrolled: true)
    guard barrier_make(UInt32(processes)) else { leave("no barrier") }
    let children = (0..<processes).map { number in
      fork { () throws(StoreFailure) in
        let opened = try Store(at: StoreLocation(folder: path(store)))
        var record = try opened.record(of: .alice, uid: Known.uid)
        for round in 0..<rounds {
          if renewing {
            if number == 0 { try opened.renew(.alice) }
            barrier_wait()
            record = try opened.record(of: .alice, uid: Known.uid)
          }
          barrier_wait()
          switch record {
          case .some(let record):
            if try wins(round, record) { tally_add(UInt32(round)) }
          case .none: throw StoreFailure(.record, .missing)
          }
          if renewing { barrier_wait() }
        }
      }
    }
    for child in children {
      let status = wait_for(child, false)
      if status != 0 { say("a process ended with \(status)") }
    }
    var counts: [UInt32: Int] = [:]
    for round in 0..<rounds { counts[tally(UInt32(round)), default: 0] += 1 }
    for (winners, times) in counts.sorted(by: { $0.key < $1.key }) {
      say("\(times) rounds with \(winners) winner\(winners == 1 ? "" : "s")")
    }
  }

  /// `processes` each change one record `rounds` times; prints what came together.
  static func writers(processes: Int, rounds: Int, in folder: String) {
    let store = folder + "/store"
    makeStore(at: store, enrolled: true)
    let children = (0..<processes).map { _ in
      fork { () throws(StoreFailure) in
        let opened = try Store(at: StoreLocation(folder: path(store)))
        for _ in 0..<rounds {
          try opened.edit(.alice, uid: Known.uid) {
            (credentials: inout Credentials, _, _) throws(StoreFailure) in
            credentials.disabledAt += 1
          }
        }
      }
    }
    for child in children {
      let status = wait_for(child, false)
      if status != 0 { say("a process ended with \(status)") }
    }
    attempt("reading") {
      let opened = try Store(at: StoreLocation(folder: path(store)))
      if let record = try opened.record(of: .alice, uid: Known.uid) {
        say("\(record.credentials.disabledAt) changes")
      }
    }
  }

  /// A writer stands still in the middle of its change: what others can do meanwhile.
  static func stopped(in folder: String) {
    let store = folder + "/store"
    makeStore(at: store, enrolled: true)
    let writer = fork { () throws(StoreFailure) in
      try Store(at: StoreLocation(folder: path(store))).edit(.alice, uid: Known.uid) {
        (credentials: inout Credentials, _, _) throws(StoreFailure) in
        stop_here()
        credentials.disabledAt = 5
      }
    }
    guard has_stopped(wait_for(writer, true)) else { leave("the writer did not stop") }
    let begin = ContinuousClock.now
    say("reader: \(view(of: path(store)))")
    attempt("signing in") {
      let opened = try Store(at: StoreLocation(folder: path(store)))
      try opened.signIn(.alice)
      say("signed in")
    }
    say("at once: \(ContinuousClock.now - begin < .seconds(8))")
    let other = fork { () throws(StoreFailure) in try Writer.edit.run(at: path(store)) }
    let waited = wait_for(other, false)
    say("another writer: \(waited == 0 ? "done" : unsafe String(cString: faults_said()))")
    go_on(writer)
    say("the writer: \(wait_for(writer, false))")
    say("reader: \(view(of: path(store)))")
  }
}
