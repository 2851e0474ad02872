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
        for version in Oracle.versions { try await expectNoLeak(version, oracle) }
      }
    }

    private func expectNoLeak(_ version: String, _ oracle: Oracle) async throws {
      let list = try OracleList(version)
      var generator = OracleGenerator(CachetPages(version), seed: Self.seed)
      let requests = generator.requests(Effort.isLong ? 5000 : 300)
      let answers = try await oracle.ask(requests, cachet: version)
      let leaks = answers.leaks(by: list, from: oracle.front)
      for leak in leaks.prefix(3) { Issue.record("\(leak)") }
      let plain = requests.indices.filter { requests[$0].isPlain }
      let missing = Set(plain).subtracting(answers.arrived).sorted()
      #expect(
        missing.isEmpty,
        "did not arrive: \(missing.prefix(3).map { "\(requests[$0]): \(answers.statuses[$0])" })")
      #expect(answers.failed.isEmpty)
      print(
        "\(oracle), Cachet \(version), seed \(Self.seed): \(requests.count) requests, \(answers.readings.count) arrived, \(leaks.words)"
      )
    }

    @Test(
      "is on the list where a site is as the former version of docs/web.md had it",
      arguments: Oracle.Front.allCases, [Oracle.Backend.fastCGI, .builtIn])
    func upgraded(front: Oracle.Front, backend: Oracle.Backend) async throws {
      try await withOracle(front, backend, former: true) { oracle in
        for version in Oracle.versions { try await expectNoLeak(version, oracle) }
      }
    }

    @Test(
      "and a rule that is taken out of the recipes shows as a leak",
      arguments: OracleMutant.all)
    func mutants(kind: OracleMutant.Kind) async throws {
      try await withOracle(kind.front, kind.backend) { oracle in
        let version = "2.4"
        let list = try OracleList(version)
        var generator = OracleGenerator(CachetPages(version), seed: 1)
        let requests = generator.requests(2000)
        for mutant in kind.mutants {
          try await oracle.change(mutant.script)
          let answers = try await oracle.ask(requests, cachet: version)
          let leaks = answers.leaks(by: list, from: kind.front)
          let caught = leaks.count(where: mutant.shows)
          #expect((caught > 0) == mutant.isCaught, "\(mutant.name): \(leaks.words)")
          print("\(kind), without \(mutant.name): \(leaks.words), \(caught) as foretold")
        }
      }
    }
  }
}

/// A request that reached the application and should not have, or not so.
struct Leak: CustomStringConvertible {
  let request: OracleRequest?
  let reading: OracleReading
  let complaints: Set<OracleList.Complaint>

  var description: String {
    "\(complaints.map(\.rawValue).sorted().joined(separator: ", ")): \(request?.description ?? "?") \(reading.summary)"
  }
}

extension Oracle.Answers {
  func leaks(by list: OracleList, from front: Oracle.Front) -> [Leak] {
    readings.compactMap { reading in
      let complaints = list.complaints(about: reading, from: front)
      guard !complaints.isEmpty else { return nil }
      let request = reading.index.flatMap { requests.indices.contains($0) ? requests[$0] : nil }
      return Leak(request: request, reading: reading, complaints: complaints)
    }
  }

  /// What the servers failed at. Apache does where it should lead back to an address with a line's end in it.
  var failed: [String] {
    zip(requests, statuses).filter {
      [500, 502, 503, 504].contains($0.1) && !$0.0.target.contains("%0")
    }.prefix(3).map {
      "\($0.1): \($0.0)"
    }
  }
}

extension Oracle: CustomStringConvertible {
  var description: String {
    "\(isFormer ? "former site, " : "")\(front.rawValue), \(backend.rawValue)"
  }
}

extension [Leak] {
  /// "3 leaked (2 body, 1 page)"
  var words: String {
    let kinds = OracleList.Complaint.allCases.compactMap { kind -> String? in
      let number = count { $0.complaints.contains(kind) }
      return number == 0 ? nil : "\(number) \(kind.rawValue)"
    }
    return "\(count) leaked" + (isEmpty ? "" : " (\(kinds.joined(separator: ", ")))")
  }
}

/// A test root with an oracle, where the door lets nobody in.
func withOracle(
  _ front: Oracle.Front, _ backend: Oracle.Backend, former: Bool = false,
  _ body: (Oracle) async throws -> Void
) async throws {
  try await withHost(
    pam: ["cachet-admin": ["auth required pam_deny.so", "account required pam_deny.so"]],
    sshd: nil
  ) { host in
    try await body(Oracle(front, backend, former: former, on: host))
  }
}
