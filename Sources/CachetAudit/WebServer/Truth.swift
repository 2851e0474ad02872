/// What is known of a condition.
enum Truth: Sendable {
  case yes, no, unclear

  init(_ known: Bool?) { self = known.map { $0 ? .yes : .no } ?? .unclear }

  static prefix func ! (truth: Truth) -> Truth {
    switch truth {
    case .yes: .no
    case .no: .yes
    case .unclear: .unclear
    }
  }

  static func && (one: Truth, other: Truth) -> Truth {
    if one == .no || other == .no { return .no }
    return one == .yes && other == .yes ? .yes : .unclear
  }

  static func || (one: Truth, other: Truth) -> Truth { !(!one && !other) }
}
