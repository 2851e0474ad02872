/// Which releases of a package a hole is in.
enum AffectedVersions: Sendable, Equatable {
  /// Composer's constraint: one of these, each all of its bounds (`>=3.0,<3.6.4 || …`).
  case constraint([[Bound]])
  /// OSV's events and versions: from an `introduced` on, up to the `fixed` or the `last_affected` that
  /// follows.
  case events([Event], versions: [ComposerVersion])

  struct Bound: Sendable, Equatable {
    enum Comparison: String, Sendable, CaseIterable {
      case atLeast = ">="
      case atMost = "<="
      case not = "!="
      case other = "<>"
      case above = ">"
      case below = "<"
      case same = "=="
      case equal = "="
    }
    let comparison: Comparison
    let version: ComposerVersion
  }

  struct Event: Sendable, Equatable {
    enum Kind: Sendable { case introduced, fixed, lastAffected }
    let kind: Kind
    /// `nil` for the first of all.
    let version: ComposerVersion?
  }

  /// `nil` where it is anything but comparisons.
  init?(constraint text: String) {
    var alternatives: [[Bound]] = []
    guard text.utf8.count <= 4_000 else { return nil }
    for alternative in text.split(separator: "|", omittingEmptySubsequences: true) {
      var bounds: [Bound] = []
      for part in alternative.split(whereSeparator: { $0 == "," || $0 == " " }) {
        guard let bound = Bound(String(part)) else { return nil }
        bounds.append(bound)
      }
      guard !bounds.isEmpty else { return nil }
      alternatives.append(bounds)
    }
    guard !alternatives.isEmpty else { return nil }
    self = .constraint(alternatives)
  }

  func contains(_ version: ComposerVersion) -> Bool {
    switch self {
    case .constraint(let alternatives):
      return alternatives.contains { $0.allSatisfy { $0.holds(for: version) } }
    case .events(let events, let versions):
      if versions.contains(version) { return true }
      var isAffected = false
      for event in events.sorted(by: Event.isEarlier) {
        guard let at = event.version else {
          isAffected = event.kind == .introduced
          continue
        }
        switch event.kind {
        case .introduced: if at <= version { isAffected = true }
        case .fixed: if at <= version { isAffected = false }
        case .lastAffected: if at < version { isAffected = false }
        }
      }
      return isAffected
    }
  }
}

extension AffectedVersions.Bound {
  /// `>=3.0.0-beta.1`; `nil` for a range in another form (`^3.0`, `3.*`).
  fileprivate init?(_ text: String) {
    let comparison = Comparison.allCases.first { text.hasPrefix($0.rawValue) }
    let bare = String(text.dropFirst(comparison?.rawValue.count ?? 0))
    self.comparison = comparison ?? .equal
    let version =
      switch self.comparison {
      case .below, .atLeast: ComposerVersion(bound: bare)
      case .above, .atMost, .same, .equal, .not, .other: ComposerVersion(bare)
      }
    guard let version else { return nil }
    self.version = version
  }

  fileprivate func holds(for other: ComposerVersion) -> Bool {
    switch comparison {
    case .atLeast: other >= version
    case .atMost: other <= version
    case .above: other > version
    case .below: other < version
    case .same, .equal: other == version
    case .not, .other: other != version
    }
  }
}

extension AffectedVersions.Event {
  /// Of the same version, what ends a hole comes first: it may begin again there.
  fileprivate static func isEarlier(_ one: Self, _ other: Self) -> Bool {
    guard let mine = one.version else { return other.version != nil }
    guard let theirs = other.version else { return false }
    return mine == theirs ? one.kind != .introduced && other.kind == .introduced : mine < theirs
  }
}
