import Foundation

/// Somebody's factor, and what codes it shows at what time.
public struct Enrolled: Sendable, Decodable {
  public let uri: String
  public let recoveryCodes: [String]

  enum CodingKeys: String, CodingKey {
    case uri
    case recoveryCodes = "recovery_codes"
  }

  public var secret: String {
    URLComponents(string: uri)?.queryItems?.first { $0.name == "secret" }?.value ?? ""
  }

  /// The code so many seconds from now, by the tests' own implementation.
  public func code(in seconds: Int = 0) async throws -> String {
    let time = Int(Date().timeIntervalSince1970) + seconds
    return try await run(Built.tool("totp"), [secret, "\(time)"]).output
      .trimmingCharacters(in: .newlines)
  }
}

extension TestHost {
  /// Enrols `user` in the host's own store.
  public func enrol(_ user: String) async throws -> Enrolled {
    let told = try await run(
      "/usr/bin/cachet-mfa", "enroll", "--user", user, "--no-confirm", "--json")
    guard told.status == 0 else { throw NotOpened(why: told.errors) }
    return try JSONDecoder().decode(Enrolled.self, from: Data(told.output.utf8))
  }
}
