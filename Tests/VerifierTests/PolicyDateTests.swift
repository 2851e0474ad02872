import Testing
import Verifier

@Suite struct PolicyDateTests {
  // Each computed by `date -u -d "DAY + 1 day" +%s`.
  @Test(arguments: [
    ("1970-01-01", 86_400), ("1999-12-31", 946_684_800), ("2000-02-29", 951_868_800),
    ("2024-02-29", 1_709_251_200), ("2026-02-28", 1_772_323_200), ("2026-11-23", 1_795_478_400),
    ("2026-12-31", 1_798_761_600), ("2038-01-19", 2_147_558_400), ("2100-02-28", 4_107_542_400),
    ("9999-12-31", 253_402_300_800),
  ])
  func `a day ends where the next one begins in UTC`(day: String, end: Int64) throws {
    #expect(try facts(of: "enroll-by = \(day)\n").enrollBy == end)
  }

  @Test func `every day of 400 years is one day longer than the one before`() throws {
    var expected: Int64 = 946_684_800
    for year in 2000..<2400 {
      let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for (month, length) in zip(
        1..., [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
      {
        for day in [1, length] {
          let text = "\(year)-\(two(month))-\(two(day))"
          let seen = try facts(of: "enroll-by = \(text)").enrollBy
          #expect(seen == expected + Int64(day) * 86_400, "\(text)")
        }
        let over = "\(year)-\(two(month))-\(two(length + 1))"
        #expect(
          failure(of: "enroll-by = \(over)") == "1: bad value of enroll-by '\(over)'")
        expected += Int64(length) * 86_400
      }
    }
  }

  @Test(arguments: [
    "", "2026", "2026-1-1", "2026-01-1", "26-01-01", "2026-00-10", "2026-13-01", "2026-01-00",
    "2026-01-32", "2023-02-29", "2100-02-29", "1900-02-29", "1969-12-31", "0000-01-01",
    "2026/01/01", "2026-01-01T00", "2026-01-01 ?", "-026-01-01", "+026-01-01", "20 6-01-01",
    "2026-01-0x", "10000-01-01", "never", "\"2026-01-01\"", "2026-01-01, 2026-01-02",
  ])
  func `anything else is no day`(day: String) {
    #expect(failure(of: "enroll-by = \(day)") == "1: bad value of enroll-by '\(day)'")
    #expect(failure(of: "enroll-by.g = \(day)") == "1: bad value of enroll-by. '\(day)'")
  }

  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
