import ArgumentParser
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
    var damaged = 0
    var failure: Failure?
    if !output.isJSON {
      output.line(List.columns("USER", "STATE", "FACTORS", "CODES", "LAST SIGN-IN"))
    }
    let listed = store.forEachRecord { (name: AccountName) in
      guard failure == nil else { return }
      let user = name.withBytes { (bytes: Span<UInt8>) in printable(text(bytes)) }
      do throws(StoreFailure) {
        guard let record = try store.record(of: name) else { return }
        List.tell(user, try RecordFacts(record, rules.proven), on: output)
      } catch {
        damaged += 1
        List.tell(user, damage: error, on: output)
      }
      do throws(Failure) { try output.flushWhenLong() } catch { failure = error }
    }
    if let failure { throw failure }
    try output.flush()
    guard listed else { throw .store(StoreFailure(.users, .unreadable(errno: 5)), site, nil) }
    guard damaged == 0 else { throw .damagedRecords(damaged) }
    // Only now may an empty list be believed.
    try site.trying { () throws(StoreFailure) in try store.mustBeTrusted() }
  }

  private static func tell(_ user: String, _ facts: RecordFacts, on output: Output) {
    output.object { json in
      json.field("user", user)
      json.field("enrolled", facts.isEnrolled)
      json.field("disabled", facts.disabledAt > 0)
      json.field("invited", facts.isInvited)
      json.field("factors", facts.factors.count)
      json.field("recovery_codes", facts.codes?.left ?? 0)
      json.field("last_sign_in", time: facts.lastUse?.time ?? 0)
    }
    guard !output.isJSON else { return }
    let state =
      facts.disabledAt > 0
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
