/// What decides over access when all sections that apply were merged in Apache's order.
struct ApacheAccess {
  private var requirement: ApacheRequirement?
  private var hasType = false
  /// `Order`, `Allow`, `Deny` and `Satisfy` of the last section that has any: they are not merged.
  private var older: [ServerDirective] = []

  /// Puts a later section on top.
  mutating func merge(_ block: [ServerDirective]) {
    if let type = block.last("authtype") { hasType = !type.says("none") }
    let own = ApacheRequirement.any(in: block)
    let merging = block.last("authmerging")
    switch (merging?.value.lowercased(), requirement, own) {
    case ("and", let base?, let own?): requirement = .all([base, own], own.place)
    case ("or", let base?, let own?): requirement = .any([base, own], own.place)
    case ("and", _, nil), ("or", _, nil), (nil, _, nil): break
    default: requirement = own
    }
    let older = block.flatMap { directive -> [ServerDirective] in
      switch directive.name {
      case "order", "allow", "deny", "satisfy": [directive]
      default: []
      }
    }
    if !older.isEmpty { self.older = older }
  }

  var satisfyAny: Place? {
    guard let satisfy = older.last("satisfy"), satisfy.says("any"), requirement?.asksWho ?? false
    else { return nil }
    return satisfy.place
  }

  func passage(
    of method: String, _ facts: ApacheExpression.Facts, on place: Place
  ) -> Passage {
    let address = isAllowed(facts)
    let answer = requirement?.answer(method, facts) ?? .granted
    if let satisfyAny {
      switch address {
      case .yes: return .open(satisfyAny)
      case .unclear where answer == .denied: return unclear(satisfyAny)
      case .unclear, .no: break
      }
    } else if let older = older.last, address != .yes {
      return address == .no ? .closed(.refused, older.place) : unclear(older.place)
    }
    let decides = requirement?.place ?? place
    return switch answer {
    case .granted: .open(decides)
    case .unclear: unclear(decides)
    case .denied, .neutral:
      .closed(hasType && requirement?.asksWho ?? false ? .signIn : .refused, decides)
    }
  }

  private func unclear(_ place: Place) -> Passage {
    .unclear(place, why: "what it depends on is not known of a stranger's request")
  }

  /// By mod_access_compat's directives.
  private func isAllowed(_ facts: ApacheExpression.Facts) -> Truth {
    func matches(_ name: String) -> Truth {
      older.named(name).reduce(.no) { truth, line in
        line.arguments.dropFirst().reduce(truth) { truth, word in
          if word.lowercased() == "all" { return .yes }
          guard word.lowercased().hasPrefix("env=") else { return truth }
          let value = facts.environment(String(word.dropFirst(4)))
          return truth || Truth(value.map { !$0.isEmpty })
        }
      }
    }
    let order = older.last("order")?.value.lowercased() ?? "deny,allow"
    return order.hasPrefix("deny")
      ? !matches("deny") || matches("allow") : matches("allow") && !matches("deny")
  }
}
