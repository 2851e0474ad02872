import ArgumentParser
import Store
import Verifier

struct PolicyShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the policy that sign-ins follow, defaults included.")

  @OptionGroup var places: Places

  private static let lists: [(PolicyKey, String)] = [
    (.requiredGroups, "required_groups"), (.exemptUsers, "exempt_users"),
    (.exemptGroups, "exempt_groups"), (.enrollByGroup, "enroll_by_group"), (.door, "doors"),
    (.brokerAllow, "broker_allow"), (.session, "sessions"),
    (.selfServices, "self_services"),
  ]

  func run() throws(Failure) {
    let site = try places.site()
    let output = Output(places)
    let policy = try site.appliedPolicy()
    let isCurrent = site.isApplied(policy)
    output.object { json in PolicyShow.write(policy, isCurrent, to: json) }
    if !output.isJSON { PolicyShow.write(policy, to: output) }
    try output.flush()
    if isCurrent == false {
      Terminal.tell(
        "cachet-mfa: note: \(site.policyText) has changed since; "
          + "'\(site.command("policy apply"))' applies it\n")
    }
  }

  private static func write(_ policy: borrowing Policy, to output: Output) {
    let rules = policy.throttle
    output.line("digits = \(policy.digits)")
    output.line("window = \(policy.window)")
    output.line("unenrolled = \(policy.unenrolledAllowed ? "allow" : "deny")")
    if let end = policy.enrollBy { output.line("enroll-by = \(lastDay(end))") }
    output.line("first-enroll = \(word(policy.firstEnroll))")
    for (key, _) in lists {
      policy.eachEntry(of: key) { (name, detail) in
        let (name, detail) = (text(name), key.spelled(detail: detail, of: name))
        switch key {
        case .exemptUsers, .exemptGroups:
          output.line("\(key.name) = \(quoted(name)) \(quoted(detail))")
        case .door, .enrollByGroup, .session: output.line("\(key.name)\(name) = \(detail)")
        case .brokerAllow: output.line("\(key.name) = \(detail)")
        case .requiredGroups, .selfServices: output.line("\(key.name) = \(quoted(name))")
        case .digits, .window, .unenrolled, .enrollBy, .firstEnroll, .throttleAfter,
          .throttleFirst, .throttleLongest, .lockAfter, .unprovenAccountLimit:
          break  // No list.
        }
        return true
      }
    }
    output.line("throttle-after = \(rules.after)")
    output.line("throttle-first = \(rules.first)")
    output.line("throttle-longest = \(rules.longest)")
    output.line("lock-after = \(rules.lockAfter)")
    output.line("unproven-account-limit = \(rules.unprovenAccountLimit)")
  }

  private static func write(_ policy: borrowing Policy, _ isCurrent: Bool?, to json: JSON) {
    let rules = policy.throttle
    json.field("digits", policy.digits)
    json.field("window", policy.window)
    json.field("unenrolled", policy.unenrolledAllowed ? "allow" : "deny")
    if let end = policy.enrollBy {
      json.field("enroll_by", lastDay(end))
    } else {
      json.null("enroll_by")
    }
    json.field("first_enroll", word(policy.firstEnroll))
    for (key, name) in lists {
      json.array(name) {
        policy.eachEntry(of: key) { (name, detail) in
          json.object {
            json.field("name", bytes: name)
            switch key {
            case .exemptUsers, .exemptGroups: json.field("reason", bytes: detail)
            case .door: json.field("door", key.spelled(detail: detail, of: name))
            case .enrollByGroup: json.field("day", key.spelled(detail: detail, of: name))
            case .session: json.field("seconds", key.spelled(detail: detail, of: name))
            case .brokerAllow: json.field("rule", key.spelled(detail: detail, of: name))
            case .requiredGroups, .selfServices, .digits, .window, .unenrolled, .enrollBy,
              .firstEnroll, .throttleAfter, .throttleFirst, .throttleLongest, .lockAfter,
              .unprovenAccountLimit:
              break
            }
          }
          return true
        }
      }
    }
    json.field("throttle_after", rules.after)
    json.field("throttle_first", rules.first)
    json.field("throttle_longest", rules.longest)
    json.field("lock_after", rules.lockAfter)
    json.field("unproven_account_limit", rules.unprovenAccountLimit)
    if let isCurrent { json.field("current", isCurrent) } else { json.null("current") }
  }

  private static func word(_ way: FirstEnrolment) -> String {
    switch way {
    case .invitation: "invitation"
    case .password: "password"
    }
  }

  /// `text` in the quotes of a policy.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
