/// Something that happens at the n-th system call (libc's own included).
public struct Fault: Sendable {
  public enum Kind: Sendable {
    case count, kill, errno(Int32)
    /// The shell runs this command, and the call is made then.
    case run(String)
  }
  public var kind: Kind
  public var at: Int

  public init(_ kind: Kind, at: Int) {
    self.kind = kind
    self.at = at
  }
  public static let count = Fault(.count, at: 0)

  /// The beginning of a command line; without `window` every call of the program counts.
  public func words(report: String, window: Bool = true) -> [String] {
    let what: [String] =
      switch kind {
      case .count: []
      case .kill: ["--at", "\(at)", "--do", "kill"]
      case .errno(let number): ["--at", "\(at)", "--do", "errno:\(number)"]
      case .run(let command): ["--at", "\(at)", "--do", "run:\(command)"]
      }
    return [Built.tool("atcall")] + (window ? ["--window"] : []) + what
      + ["--report", report, "--"]
  }
}
