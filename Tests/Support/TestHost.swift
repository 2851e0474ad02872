public import Foundation
import Glibc

/// A Debian machine of its own, opened over a test root for one scenario: real sshd on loopback,
/// real sudo and su, users alice and bob (passwords `alice-password`, `bob-password`; root's is
/// `root-password`), both in sudoers. The module and the program are installed. `bare`: without all
/// that; `browser`: with a web browser; `database`: bare, with database servers that nobody started.
///
///     try await withHost(pam: ["sshd": [...]]) { host in
///       let visit = try await host.ssh("alice", [("code:", "123456")], "id -un")
///       #expect(visit.status == 0)
///     }
public func withHost<R>(
  pam services: [String: [String]] = [:], sshd: [String]? = [], bare: Bool = false,
  browser: Bool = false, database: Bool = false, _ body: (TestHost) async throws -> R
) async throws -> R {
  let bare = bare || database
  let host = try await TestHost.open(
    database ? "database" : bare ? "bare" : browser ? "browser" : "")
  do {
    for (name, lines) in services { try host.pam(name, lines) }
    if !bare, let sshd { try await host.start(sshd: sshd) }
    let result = try await body(host)
    await host.close()
    return result
  } catch {
    await host.close()
    throw error
  }
}

public struct TestHost: Sendable {
  public struct NotOpened: Error { public let why: String }

  private let holder: Holder
  private let pid: Int32
  /// What stands before the words of each program that runs inside.
  var prefix: [String] = []

  static func open(_ kind: String) async throws -> TestHost {
    let holder = try Holder(kind)
    for _ in 0..<300 {
      if let pid = holder.ready { return TestHost(holder: holder, pid: pid) }
      if !holder.complaints.isEmpty { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    let why = holder.complaints
    await holder.end()
    throw NotOpened(why: why)
  }

  func close() async { await holder.end() }

  /// The path, seen from outside, of an absolute path inside.
  ///
  /// Traps rather than name a path of the machine: only a test root has the mark of its making,
  /// and a link that begins at `/` would be followed from the machine's.
  public func path(_ inside: String) -> URL {
    let root = "/proc/\(pid)/root"
    let mark = FileManager.default.fileExists(atPath: root + "/.made")
    precondition(mark, "process \(pid) is not inside a test root")
    var url = URL(filePath: root)
    for component in inside.split(separator: "/") {
      url.append(path: String(component))
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: url.path)
      let leaves = target.map { $0.hasPrefix("/") || $0.contains("..") } ?? false
      precondition(!leaves, "\(inside) leads out of the test root; use run() inside it")
    }
    return url
  }

  public func write(_ text: String, to inside: String, mode: Int = 0o644) throws {
    let file = path(inside)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
  }

  public func read(_ inside: String) -> String {
    String(decoding: (try? Data(contentsOf: path(inside))) ?? Data(), as: UTF8.self)
  }

  /// Replaces /etc/pam.d/SERVICE.
  public func pam(_ service: String, _ lines: [String]) throws {
    try write(lines.map { $0 + "\n" }.joined(), to: "/etc/pam.d/\(service)")
  }

  /// Moves the clock of everything inside, from now on: `+90`, `@1700000000`, `fail`; empty: back.
  public func clock(_ to: String) throws {
    if !FileManager.default.fileExists(atPath: path("/etc/ld.so.preload").path) {
      try FileManager.default.copyItem(
        at: URL(filePath: Built.tool("clock.so")), to: path("/usr/lib/clock.so"))
      try write("/usr/lib/clock.so\n", to: "/etc/ld.so.preload")
    }
    try write(to, to: "/run/test-clock")
  }

  /// Puts a name service in trouble behind the files: `group=unavail`, `passwd=tryagain`; an
  /// empty text finds nobody, and `nil` names a service that is not installed at all.
  public func nameServices(_ trouble: String?) throws {
    let library = "/usr/lib/x86_64-linux-gnu/libnss_trouble.so.2"
    try write(
      "passwd: files trouble\ngroup: files trouble\nshadow: files trouble\nhosts: files\n",
      to: "/etc/nsswitch.conf")
    try? FileManager.default.removeItem(at: path(library))
    guard let trouble else { return }
    try FileManager.default.copyItem(
      at: URL(filePath: Built.tool("nss_trouble.so")), to: path(library))
    try write(trouble + "\n", to: "/run/trouble")
  }

  /// What has gone to syslog so far: `<priority>date program[pid]: text`.
  public var log: [String] { read("/var/log/sink").split(separator: "\n").map(String.init) }

  /// Runs a program inside, as root unless `user` is given.
  @discardableResult
  public func run(
    _ words: String..., as user: String? = nil, input: String = "", within seconds: Int = 30
  ) async throws -> Outcome {
    let change = user.map { ["/usr/sbin/runuser", "-u", $0, "--"] } ?? []
    return try await enter(change + words, input: input, within: seconds)
  }

  /// Runs a program of this machine, with its files, in the network inside.
  public func outside(
    _ words: [String], environment: [String: String] = [:]
  ) async throws -> Outcome {
    _ = path("/")
    return try await TestSupport.run(
      "/usr/bin/nsenter", ["--target", "\(pid)", "--net"] + words, environment: environment)
  }

  @discardableResult
  public func shell(_ script: String, as user: String? = nil) async throws -> Outcome {
    try await run("/bin/bash", "-c", script, as: user)
  }

  /// Runs a program at a terminal inside: waits for each `expect` and types its `answer`
  /// (`<kill>`, `<hangup>`, `<eof>`, `<interrupt>` act instead). `output` is what it showed.
  /// `inAnyOrder`: each pair may come whenever it fits, once, or never.
  public func terminal(
    _ dialogue: [(expect: String, answer: String)], _ words: [String], as user: String? = nil,
    inAnyOrder: Bool = false, within seconds: Int = 20
  ) async throws -> Outcome {
    let pairs = dialogue.flatMap { [$0.expect, $0.answer] }
    let change = user.map { ["/usr/sbin/runuser", "-u", $0, "--"] } ?? []
    return try await enter(
      change + ["/opt/build/test/talk", "--within", "\(seconds)"]
        + (inAnyOrder ? ["--any"] : []) + pairs + ["--"] + words,
      input: "", within: seconds + 5)
  }

  public func enter(
    _ words: [String], input: String, within seconds: Int
  ) async throws -> Outcome {
    _ = path("/")
    let space = ["--target", "\(pid)", "--mount", "--pid", "--net", "--ipc", "--uts"]
    let inside = [
      "/usr/bin/env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "LC_ALL=C.UTF-8", "TERM=dumb", "HOME=/root",
    ]
    return try await TestSupport.run(
      "/usr/bin/nsenter", space + ["--root", "--wd"] + inside + prefix + words, input: input,
      within: seconds)
  }
}

/// The process that keeps a test root open; all of it ends when our end of the pipe does, be it
/// because this process was killed.
private final class Holder: Sendable {
  private let process: Spawned
  private let keep: Int32
  private let folder: TemporaryFolder

  init(_ kind: String) throws {
    folder = try TemporaryFolder()
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { throw Spawned.Failure(number: errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    keep = ends[1]
    let script = Built.package.appending(path: "Tests/HostTests/testroot").path
    process = try Spawned(
      [script, "hold", kind],
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(
        ProcessInfo.processInfo.environment.filter { $0.key == "TEST_SUITE" }
      ) { $1 },
      input: .descriptor(ends[0]),
      output: folder.path("out"), errors: folder.path("err"))
  }

  var ready: Int32? {
    let line = folder.read("out")
    guard line.hasPrefix("ready "), line.hasSuffix("\n") else { return nil }
    return Int32(line.dropFirst(6).dropLast())
  }
  var complaints: String { folder.read("err") }

  /// Returns when nothing of the root runs any more.
  func end() async {
    close(keep)
    _ = await process.end()
    try? FileManager.default.removeItem(at: folder.url)
  }
}
