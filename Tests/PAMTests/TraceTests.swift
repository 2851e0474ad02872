import Foundation
import TestSupport
import Testing

/// What one sign-in asks of the kernel.
@Suite("System calls of a sign-in", .serialized)
struct TraceTests {
  /// The system calls within pam_authenticate, without addresses, process numbers and names of
  /// temporary folders. Those of the preloads are part of it, and the same each time.
  private func calls(
    _ alice: Enrolled, _ answer: String, options: String = "after_first_factor",
    at offset: Int64 = 0
  ) async throws -> [String] {
    var transaction = alice.transaction([.text(answer)], options: options, at: offset)
    let file = alice.folder.path("trace")
    try? FileManager.default.removeItem(atPath: file)
    transaction.wrapper = ["/usr/bin/strace", "-f", "-qq", "-s", "4096", "-o", file]
    let told = try await alice.run(transaction)
    try #require(told["auth"] == ["PAM_SUCCESS"], "\(told)")
    let lines = alice.folder.read("trace").split(separator: "\n").map(String.init)
    // pamtry's marks: getpgid(-770001) and getpgid(-770002).
    var isInside = false
    var inside: [String] = []
    for line in lines {
      if line.contains("getpgid(-770001)") {
        isInside = true
      } else if line.contains("getpgid(-770002)") {
        isInside = false
      } else if isInside {
        inside.append(String(line.drop { $0.isNumber || $0 == " " }))
      }
    }
    return inside
  }

  /// The name of the call, its result, and how many bytes went either way.
  private func shapes(_ calls: [String]) -> [String] {
    calls.map { call in
      let name = String(call.prefix { $0 != "(" })
      let result = call.components(separatedBy: " = ").last ?? ""
      // Addresses, and numbers that depend on what this process was born with.
      let isAny =
        result.hasPrefix("0x") || ["brk", "getpid", "poll"].contains(name)
        || ["openat", "socket"].contains(name) && !result.hasPrefix("-")
      return name + " = " + (isAny ? "…" : result)
    }
  }

  private func named(_ names: Set<String>, in calls: [String]) -> [String] {
    calls.filter { names.contains(String($0.prefix { $0 != "(" })) }
  }

  @Test("one fdatasync, no rename, nothing created, nothing started, nobody told")
  func quiet() async throws {
    try await withEnrolled { alice in
      let split = "try_first_pass forward_pass after_first_factor"
      for (offset, options) in [(0, "after_first_factor"), (30, split)] as [(Int64, String)] {
        let calls = try await calls(alice, alice.code(offset), options: options, at: offset)
        #expect(named(["fdatasync"], in: calls).count == 1)
        let unwelcome = named(
          [
            "fsync", "sync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "link",
            "mkdir",
            "mkdirat", "chmod", "fchmod", "ftruncate", "fork", "clone", "clone3", "vfork", "execve",
            "connect", "kill", "chdir", "umask", "setuid", "setresuid", "flock",
            "rt_sigaction", "prctl",
          ], in: calls)
        #expect(unwelcome == [])
        // libpam tells the kernel's audit by itself.
        #expect(named(["socket"], in: calls).allSatisfy { $0.contains("NETLINK_AUDIT") })
        // The journal of the tests is the only file that is opened for appending.
        let created = named(["openat", "open", "creat"], in: calls).filter {
          $0.contains("O_CREAT")
        }
        #expect(created.allSatisfy { $0.contains("O_APPEND") })
      }
    }
  }

  @Test("the state page is on disk before the journal and the application hear of success")
  func order() async throws {
    try await withEnrolled { alice in
      let names = try await calls(alice, alice.code()).map { String($0.prefix { $0 != "(" }) }
      let synced = try #require(names.firstIndex(of: "fdatasync"))
      let told = try #require(names.lastIndex(of: "write"))
      #expect(synced < told)
    }
  }

  @Test("a thousand other records change neither the calls nor their bytes")
  func records() async throws {
    let others = ProcessInfo.processInfo.environment["RECORDS"].flatMap(Int.init) ?? 1000
    try await withEnrolled { alice in
      // Once for what only the first run finds: nothing of a warm file system shows in calls.
      let alone = shapes(try await calls(alice, alice.code()))
      let users = URL(filePath: alice.store + "/users")
      for n in 1...others {
        let other = users.appending(path: "other\(n)")
        try FileManager.default.createDirectory(
          at: other, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        for name in ["credentials", "state"] {
          try FileManager.default.copyItem(
            at: users.appending(path: "alice/" + name), to: other.appending(path: name))
        }
      }
      let amongMany = shapes(try await calls(alice, alice.code(30), at: 30))
      #expect(alone == amongMany)
      #expect(alone.count < 200)
    }
  }

  @Test(
    "nothing that a sign-in opened is open when it is over, and what runs then inherits nothing")
  func descriptors() async throws {
    try await withEnrolled { alice in
      let calls = try await calls(alice, alice.code())
      let opened = named(["openat", "open", "socket"], in: calls).filter { !$0.contains(" = -1") }
      #expect(opened.count == named(["close"], in: calls).count)
      // The store is walked to from "/", folder by folder; what else is opened is not ours.
      let ours = opened.filter { !$0.contains("AT_FDCWD") || $0.contains("\"/\",") }
        .filter { $0.hasPrefix("openat") }
      #expect(ours.count > 10 && ours.allSatisfy { $0.contains("O_CLOEXEC") })
      #expect(
        ours.allSatisfy { $0.contains("\"/\",") || $0.contains("O_NOFOLLOW") },
        "no link is followed")
    }
  }
}
