import ArgumentParser
import CTerminal
import Store
import Verifier

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List every user who has a record.",
    discussion: "With --json one object a line. A damaged record is listed, and makes the status 2."
  )

  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let output = Output(places)
    let store = try site.open()
    let rules = ThrottleRules()
    var (damaged, gone) = (0, 0)
    if !output.isJSON {
      output.line(List.columns("USER", "STATE", "FACTORS", "CODES", "LAST SIGN-IN"))
    }
    for name in try List.names(store, site) {
      let user = printable(text(name.span))
      do throws(StoreFailure) {
        guard let name = AccountName(name.span), let record = try store.record(of: name) else {
          continue
        }
        let isGone =
          if case .unknown = name.withBytes({ Account.find(named: $0) }) { true } else { false }
        if isGone { gone += 1 }
        List.tell(user, try RecordFacts(record, rules.proven), isGone: isGone, on: output)
      } catch {
        damaged += 1
        List.tell(user, damage: error, on: output)
      }
      try output.flushWhenLong()
    }
    try output.flush()
    if gone > 0, !output.isJSON {
      Terminal.tell(
        "cachet-mfa: note: '\(site.command("remove --erase USER"))' removes the record of an account "
          + "that is gone\n")
    }
    guard damaged == 0 else { throw .damagedRecords(damaged) }
    // Only now may an empty list be believed.
    try site.trying { () throws(StoreFailure) in try store.mustBeTrusted() }
  }

  /// The name of everybody who has a record, in the order of their bytes.
  private static func names(
    _ store: borrowing Store, _ site: Site
  ) throws(Failure) -> [[UInt8]] {
    var names: [[UInt8]] = []
    let listed = store.forEachRecord { (name: AccountName) in
      names.append(name.withBytes { (bytes: Span<UInt8>) in bytes.indices.map { bytes[$0] } })
    }
    guard listed else { throw .store(StoreFailure(.users, .unreadable(errno: EIO)), site, nil) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func tell(
    _ user: String, _ facts: RecordFacts, isGone: Bool, on output: Output
  ) {
    output.object { json in
      json.field("user", user)
      json.field("account", !isGone)
      json.field("enrolled", facts.isEnrolled)
      json.field("disabled", facts.disabledAt > 0)
      json.field("invited", facts.isInvited)
      json.field("factors", facts.factors.count)
      json.field("recovery_codes", facts.codes?.left ?? 0)
      json.field("last_sign_in", time: facts.lastUse?.time ?? 0)
    }
    guard !output.isJSON else { return }
    let state =
      isGone
      ? "no account"
      : facts.disabledAt > 0
        ? "disabled" : facts.isEnrolled ? "enrolled" : facts.isInvited ? "invited" : "not enrolled"
    output.line(
      columns(
        user, state, String(facts.factors.count), String(facts.codes?.left ?? 0),
        facts.lastUse.map { Times.local($0.time) } ?? "never"))
  }

  private static func tell(_ user: String, damage: StoreFailure, on output: Output) {
    let word = "\(damage.part.name)-\(damage.defect.name)"
    output.object { json in
      json.field("user", user)
      json.field("damage", word)
    }
    output.line(columns(user, "damaged", "", "", word))
  }

  private static func columns(_ words: String...) -> String {
    let widths = [20, 13, 8, 6]
    var line = ""
    for (index, word) in words.enumerated() {
      line += word
      guard index < widths.count else { continue }
      line += String(repeating: " ", count: max(1, widths[index] - word.count))
    }
    return line
  }
}
