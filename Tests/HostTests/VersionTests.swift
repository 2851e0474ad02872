import Foundation
import TestSupport
import Testing

@Suite("The version")
struct VersionTests {
  private func version() async throws -> String {
    try await run(Built.package.appending(path: "packaging/version").path).output
  }

  @Test("it is that of the program")
  func program() async throws {
    let version = try await version()
    #expect(version.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
    #expect(try await run(Built.program, ["--version"]).output == version)
  }

  @Test("it is that of the package, which sorts before it until CHANGELOG.md names it")
  func package() async throws {
    let version = try await version().dropLast()
    let build = Built.package.appending(path: "build").path
    let package = try #require(
      try FileManager.default.contentsOfDirectory(atPath: build).first { $0.hasSuffix(".deb") },
      "run 'make deb' first")
    let told = try await run("/usr/bin/dpkg-deb", ["--field", "\(build)/\(package)", "Version"])
    let changes = try String(
      contentsOf: Built.package.appending(path: "CHANGELOG.md"), encoding: .utf8)
    let newest = try #require(changes.firstMatch(of: /(?m)^## \[(.*)\]/)).1
    if newest == "Unreleased" {
      #expect(told.output.hasPrefix("\(version)~20"))
      let sorts = try await run(
        "/usr/bin/dpkg", ["--compare-versions", told.lines[0], "lt", String(version)])
      #expect(sorts.status == 0)
    } else {
      #expect(newest == version && told.output == "\(version)\n")
    }
  }
}
