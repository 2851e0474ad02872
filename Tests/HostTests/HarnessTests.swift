import Foundation
import TestSupport
import Testing

/// That the harness tells the truth: plain passwords, no module of ours.
private let password = [
  "auth required pam_unix.so nodelay", "account required pam_unix.so",
  "session required pam_permit.so",
]

extension HostTests {
  @Suite("The test host with plain passwords")
  struct Harness {
    @Test("sshd lets the right password in and the wrong one not")
    func keyboardInteractive() async throws {
      try await withHost(pam: ["sshd": password]) { host in
        let right = try await host.ssh("alice", [("Password:", "alice-password")], "id -un")
        #expect(right.status == 0)
        #expect(right.output.contains("alice"))
        let wrong = try await host.ssh("alice", [("Password:", "bob-password")])
        #expect(wrong.status == 255)
        // Who has hung up has not read what sshd still has to say.
        for words in ["authentication failure", "Accepted keyboard-interactive/pam for alice"] {
          for _ in 0..<100 where !host.log.contains(where: { $0.contains(words) }) {
            try await Task.sleep(for: .milliseconds(20))
          }
          #expect(host.log.contains { $0.contains(words) }, "\(words)")
        }
      }
    }

    @Test("the password method and a key open the same sshd")
    func otherMethods() async throws {
      try await withHost(pam: ["sshd": password], sshd: ["PasswordAuthentication yes"]) { host in
        let typed = try await host.ssh(
          "bob", [("password:", "bob-password")], methods: "password")
        #expect(typed.status == 0)
        let key = try await host.key(for: "alice")
        let held = try await host.ssh("alice", [], methods: "publickey", options: key)
        #expect(held.status == 0)
        let foreign = try await host.ssh("bob", [], methods: "publickey", options: key)
        #expect(foreign.status == 255)
      }
    }

    @Test("sudo asks the caller, su the target, and targetpw turns that round")
    func localDoors() async throws {
      let services = ["sudo", "sudo-i", "su", "su-l"]
      try await withHost(
        pam: Dictionary(uniqueKeysWithValues: services.map { ($0, password) })
      ) { host in
        let sudo = try await host.sudo("alice", [("password for alice:", "alice-password")])
        #expect(sudo.status == 0 && sudo.output.contains("root"))
        let login = try await host.sudo(
          "alice", [("password for alice:", "alice-password")], options: ["-i"])
        #expect(login.status == 0 && login.output.contains("root"))
        let thrice = try await host.sudo(
          "alice",
          [
            ("password for alice:", "1"), ("password for alice:", "2"),
            ("password for alice:", "3"),
          ], within: 40)
        #expect(thrice.status == 1 && thrice.output.contains("3 incorrect password attempts"))

        let su = try await host.su("alice", to: "bob", [("Password:", "bob-password")])
        #expect(su.status == 0 && su.output.contains("bob"))
        let refused = try await host.su("alice", to: "bob", [("Password:", "alice-password")])
        #expect(refused.status == 1)
        let dash = try await host.su(
          "alice", to: "root", [("Password:", "root-password")], login: true)
        #expect(dash.status == 0 && dash.output.contains("root"))

        try host.write("Defaults targetpw\n", to: "/etc/sudoers.d/target", mode: 0o440)
        let target = try await host.sudo(
          "alice", [("password for bob:", "bob-password")], options: ["-u", "bob"])
        #expect(target.status == 0 && target.output.contains("bob"))
      }
    }

    @Test("a client killed at the prompt leaves the door as it was")
    func killedAtPrompt() async throws {
      try await withHost(pam: ["sshd": password]) { host in
        let killed = try await host.ssh("alice", [("Password:", "<kill>")])
        #expect(killed.status == 137)
        let next = try await host.ssh("alice", [("Password:", "alice-password")])
        #expect(next.status == 0)
      }
    }

    @Test("the clock inside can be moved, for setuid programs too")
    func clock() async throws {
      try await withHost(pam: ["sudo": ["auth sufficient pam_permit.so"] + password]) { host in
        try host.clock("@1700000000")
        #expect(try await host.run("date", "+%s").output == "1700000000\n")
        let sudo = try await host.sudo("alice", [], ["date", "+%s"])
        #expect(sudo.output.contains("1700000000"))
        try host.clock("")
        let back = try #require(
          Double(try await host.run("date", "+%s").output.dropLast()))
        #expect(abs(back - Date().timeIntervalSince1970) < 30)
      }
    }

    @Test("name services can be absent, empty, or in trouble")
    func nameServices() async throws {
      try await withHost { host in
        for (trouble, status) in [(nil, 2), ("", 2), ("group=unavail", 2)] as [(String?, Int32)] {
          try host.nameServices(trouble)
          #expect(try await host.run("getent", "group", "alice").status == 0)
          #expect(try await host.run("getent", "group", "nobody-has-this").status == status)
        }
        try host.nameServices("group=tryagain")
        // A C program sees the difference that getent hides.
        let traced = try await host.run(
          "strace", "-e", "trace=openat", "getent", "group", "nobody-has-this")
        #expect(traced.errors.contains("/run/trouble"))
      }
    }

    @Test("an su held at a system call lets everybody else in, and is gone afterwards")
    func held() async throws {
      try await withHost(pam: ["sshd": password, "su": password]) { host in
        let dialogue = [("Password:", "alice-password")]
        let calls = try await host.systemCallsOfSu("bob", to: "alice", dialogue)
        #expect(calls > 100)
        for n in [20, calls / 2, calls - 20] {
          let held = try await host.holding("bob", su: "alice", dialogue, at: n) {
            let visit = try await host.ssh("alice", dialogue)
            #expect(visit.status == 0)
          }
          #expect(held != nil)
        }
      }
    }

    @Test("when a test host ends, nothing of it is left")
    func nothingLeft() async throws {
      let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
      let marker = "sleep-\(UUID().uuidString)"
      try await withHost { host in
        try await host.shell("exec -a \(marker) sleep 600 </dev/null >/dev/null 2>&1 &")
        let listening = try await host.shell("cat /proc/net/tcp")
        #expect(listening.output.contains("0100007F:0016"))
      }
      #expect(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) == mounts)
      let processes = try await run("/bin/sh", ["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null"])
      #expect(!processes.output.contains("\(marker)"))
    }
  }
}
