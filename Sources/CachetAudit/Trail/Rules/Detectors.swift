/// Every event of some kinds.
struct Each: Detector {
  let kinds: Set<Occurrence.Kind>

  init(of kinds: Set<Occurrence.Kind>) { self.kinds = kinds }

  mutating func see(_ event: TrailEvent) -> [Signal] {
    let occurrence = event.occurrence
    guard kinds.contains(occurrence.kind) else { return [] }
    let who = occurrence.who
    let message = who.isEmpty ? occurrence.detail : "\(who): \(occurrence.detail)"
    return [Signal(time: occurrence.time, message: message, event: event)]
  }
}

/// So many a day, told when the day is over.
struct PerDay: Detector {
  let kinds: Set<Occurrence.Kind>
  let grouping: Grouping
  let least: Int
  private var day = ""
  private var counts = BoundedTable<(count: Int, last: TrailEvent)>()

  init(of kinds: Set<Occurrence.Kind>, by grouping: Grouping, from least: Int) {
    (self.kinds, self.grouping, self.least) = (kinds, grouping, least)
  }

  mutating func see(_ event: TrailEvent) -> [Signal] {
    let today = event.occurrence.time.day
    // A late event counts for the day that is being counted.
    let told = today > day ? end() : []
    day = max(day, today)
    if kinds.contains(event.occurrence.kind), let key = grouping.key(of: event) {
      let count = (counts[key]?.count ?? 0) + 1
      counts.set((count, event), for: key, at: event.occurrence.time)
    }
    return told
  }

  mutating func end() -> [Signal] {
    counts.removeAll().filter { $0.value.count >= least }.map { key, value in
      Signal(
        time: value.last.occurrence.time,
        message:
          "\(key.isEmpty ? "" : "\(key): ")\(value.count.counted("time")) on \(day), the last one \(value.last.occurrence.detail)",
        event: value.last)
    }
  }
}

/// So many within so many seconds. It is told once, and again when there was quiet in between.
struct Burst: Detector {
  let kinds: Set<Occurrence.Kind>
  let grouping: Grouping
  let rate: TrailThresholds.Rate
  private var seen = BoundedTable<(times: [Moment], isTold: Bool)>()

  init(of kinds: Set<Occurrence.Kind>, by grouping: Grouping, _ rate: TrailThresholds.Rate) {
    (self.kinds, self.grouping, self.rate) = (kinds, grouping, rate)
  }

  mutating func see(_ event: TrailEvent) -> [Signal] {
    let time = event.occurrence.time
    guard kinds.contains(event.occurrence.kind), let key = grouping.key(of: event) else {
      return []
    }
    var (times, isTold) = seen[key] ?? ([], false)
    if let last = times.last, time >= last.later(by: rate.within) { isTold = false }
    times = times.filter { time < $0.later(by: rate.within) }.suffix(rate.count - 1) + [time]
    let isBurst = times.count >= rate.count && !isTold
    seen.set((times, isTold || isBurst), for: key, at: time)
    guard isBurst else { return [] }
    let who = key.isEmpty ? "" : "\(key): "
    return [
      Signal(
        time: time,
        message: "\(who)\(rate.count) within \(rate.within) s, now \(event.occurrence.detail)",
        event: event)
    ]
  }
}

/// A success behind many failures, of one user or from one address. That a password was right no log
/// tells: a page of the dashboard, shown to an address that had posted many, does.
struct AfterFailures: Detector {
  let least: Int
  let window: Int
  private var failures = BoundedTable<[Moment]>()

  init(failures least: Int, within window: Int) { (self.least, self.window) = (least, window) }

  mutating func see(_ event: TrailEvent) -> [Signal] {
    let time = event.occurrence.time
    let key: String?
    var isFailure = false
    switch event.occurrence.kind {
    case .codeRefused, .guardRefused:
      (key, isFailure) = (event.occurrence.user.map { "user \($0)" }, true)
    case .passwordPosted, .codePosted:
      (key, isFailure) = (event.occurrence.address.map { "address \($0)" }, true)
    case .signIn, .guardAccepted: key = event.occurrence.user.map { "user \($0)" }
    case .dashboard: key = event.occurrence.address.map { "address \($0)" }
    default: key = nil
    }
    guard let key else { return [] }
    let recent = (failures[key] ?? []).filter { time < $0.later(by: window) }
    if isFailure {
      failures.set(recent.suffix(least) + [time], for: key, at: time)
      return []
    }
    // The sign-in itself was posted too.
    let needed = event.occurrence.kind == .dashboard ? least + 1 : least
    // What a program of root's writes for its caller a clever caller could write: it forgives nothing.
    if recent.count >= needed || !event.occurrence.isForCaller { failures.remove(key) }
    guard recent.count >= needed else { return [] }
    return [
      Signal(
        time: time,
        message:
          "\(key): \(least) failures or more within \(window / 60) min, then \(event.occurrence.detail)",
        event: event)
    ]
  }
}

/// Changes by somebody who had not signed in within the life of a session. What they do keeps it
/// alive, as in Cachet.
struct WithoutSignIn: Detector {
  let session: Int
  private var present = BoundedTable<Moment>()

  init(session: Int) { self.session = session }

  mutating func see(_ event: TrailEvent) -> [Signal] {
    let occurrence = event.occurrence
    guard let user = occurrence.user else { return [] }
    switch occurrence.kind {
    case .signIn:
      present.set(occurrence.time, for: user, at: occurrence.time)
      return []
    case .signOut:
      present.remove(user)
      return []
    case let kind where kind.isActivity:
      let isPresent = present[user].map { occurrence.time < $0.later(by: session) } ?? false
      // Told once for as long as they go on.
      present.set(occurrence.time, for: user, at: occurrence.time)
      guard !isPresent else { return [] }
      return [
        Signal(
          time: occurrence.time,
          message: "\(user): \(occurrence.detail), with no sign-in within \(session / 60) min",
          event: event)
      ]
    default: return []
    }
  }
}
