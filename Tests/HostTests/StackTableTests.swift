import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("The table of stacks")
  struct StackTable {
    @Test("every cell of docs/stacks.md is what the real program does")
    func table() async throws {
      let page = try String(
        contentsOf: Built.package.appending(path: "docs/stacks.md"), encoding: .utf8)
      var documented = page.split(separator: "\n").map(String.init).filter {
        $0.hasPrefix("| ") && !$0.hasPrefix("| door |")
      }
      #expect(documented.count == StackRow.all.count)
      try await withStacks { stacks in
        for row in StackRow.all {
          guard try await stacks.has(row.door) else {
            // sudo-rs came with Debian 13.
            #expect(row.door == .sudoRS)
            documented.removeAll { $0.hasPrefix("| sudo-rs | \(row.words) |") }
            continue
          }
          let (told, seen) = try await stacks.line(row)
          print(told)
          #expect(documented.contains(told), "\(seen)")
          documented.removeAll { $0 == told }
        }
      }
      #expect(documented == [])
    }
  }
}
