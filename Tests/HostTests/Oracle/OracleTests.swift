import Foundation
import TestSupport
import Testing

extension HostTests {
  /// The guard judges a request line, and the application reads a request: the second is what counts.
  @Suite("What the application reads of requests without credentials")
  struct WebOracle {
    private static let seed =
      ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
      ?? (Effort.isLong ? .random(in: 0..<1_000_000) : 1)

    @Test(
      "is on the list of what is open, whatever was sent", arguments: Oracle.Front.allCases,
      Oracle.Backend.allCases)
    func nothingLeaks(front: Oracle.Front, backend: Oracle.Backend) async throws {
      try await withOracle(front, backend) { oracle in
        for version in Oracle.versions {
          let list = try OracleList(version)
          var generator = OracleGenerator(CachetPages(version), seed: Self.seed)
          let requests = generator.requests(Effort.isLong ? 5000 : 300)
          let answers = try await oracle.ask(requests, cachet: version)
          let leaks = Leak.all(in: answers, by: list, from: front)
          for leak in leaks.prefix(3) { Issue.record("\(leak)") }
          let plain = requests.indices.filter { requests[$0].isPlain }
          let missing = Set(plain).subtracting(answers.arrived).sorted()
          #expect(
            missing.isEmpty,
            "did not arrive: \(missing.prefix(3).map { "\(requests[$0]): \(answers.statuses[$0])" })")
          #expect(answers.failed.isEmpty)
          print(
            "\(front.rawValue), \(backend.rawValue), Cachet \(version), seed \(Self.seed): \(requests.count) requests, \(answers.readings.count) arrived, \(leaks.count) leaked"
          )
        }
      }
    }
  }
}

/// A request that reached the application and should not have, or not so.
struct Leak: CustomStringConvertible {
  let request: OracleRequest?
  let reading: OracleReading
  let complaints: [OracleList.Complaint]

  static func all(
    in answers: Oracle.Answers, by list: OracleList, from front: Oracle.Front
  ) -> [Leak] {
    answers.readings.compactMap { reading in
      let complaints = list.complaints(about: reading, from: front)
      guard !complaints.isEmpty else { return nil }
      let request = reading.index.flatMap {
        answers.requests.indices.contains($0) ? answers.requests[$0] : nil
      }
      return Leak(request: request, reading: reading, complaints: complaints)
    }
  }

  var description: String {
    "\(complaints.map(\.rawValue).joined(separator: ", ")): \(request?.description ?? "?") \(reading.summary)"
  }
}

extension Oracle.Answers {
  /// What the servers failed at. Apache does where it should lead back to an address with a line's end in it.
  var failed: [String] {
    zip(requests, statuses).filter { $0.1 >= 500 && !$0.0.target.contains("%0") }.prefix(3).map { "\($0.1): \($0.0)" }
  }
}

/// A test root with an oracle, where the door lets nobody in.
func withOracle(
  _ front: Oracle.Front, _ backend: Oracle.Backend, _ body: (Oracle) async throws -> Void
) async throws {
  try await withHost(
    pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
    sshd: nil
  ) { host in
    try await body(Oracle(front, backend, on: host))
  }
}
