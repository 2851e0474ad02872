/// The methods of `<Limit>` and `<LimitExcept>`; `GET` means `HEAD` as well.
struct ApacheMethods: Sendable {
  private let names: Set<String>
  private let isExcept: Bool

  init(_ section: ServerDirective) {
    names = Set(section.arguments.map { $0 == "HEAD" ? "GET" : $0 })
    isExcept = section.name == "limitexcept"
  }

  func include(_ method: String) -> Bool {
    names.contains(method == "HEAD" ? "GET" : method) != isExcept
  }
}
