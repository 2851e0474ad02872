public import Foundation

/// What `make build tools` has put into build/: tests run it, they do not link it.
public enum Built {
  public static let package = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The module as it is installed: Embedded Swift, stripped.
  public static let module = path("pam_cachet_mfa.so")
  /// The same as a word of a PAM line: brackets, because the path may have blanks.
  public static let inLine = "[\(module)]"
  public static let program = path("cachet-mfa")
  public static let audit = path("cachet-mfa-audit")

  /// A program or module of Tests/Tools.
  public static func tool(_ name: String) -> String { path("test/" + name) }

  /// A test module of Tests/Tools as a word of a PAM line.
  public static let probe = "[\(tool("pam_probe.so"))]"

  private static func path(_ name: String) -> String {
    package.appending(path: "build/" + name).path
  }
}

/// Whether this process may open the test root; tests that need it are enabled by this.
public let isRoot = getuid() == 0

/// The reason that the run shows, last and loudly, for a test that needs root.
public let needsRoot = "needs root, for a test root of its own"
