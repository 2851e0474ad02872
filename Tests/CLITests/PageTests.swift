import TestSupport
import Testing

@Suite struct PageTests {
  @Test(arguments: Page.names())
  func everyPageTellsWhatIsSeen(_ name: String) async throws {
    try await withFolder { folder in
      var reader = try Reader(in: folder)
      let difference = try await reader.follow(Page(name))
      #expect(difference.isEmpty, "\(difference)")
    }
  }
}
