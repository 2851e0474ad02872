import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("What a host loses")
  struct Trouble {
    private let reason = "\"tests need one\""

    @Test(
      "a name service in trouble exempts nobody whom the files do not",
      arguments: ["group=unavail", "group=tryagain", "group=notfound", nil])
    func exemptGroups(trouble: String?) async throws {
      try await withGuarded(sshd: nil) { home in
        let host = home.host
        try await host.shell("groupadd robots && gpasswd -a bob robots")
        try await host.policy("exempt-groups = robots \(reason), ghosts \(reason)")
        try host.nameServices(trouble)
        // bob is in the files; alice might be one of the ghosts that nobody can be asked about.
        try await expect(
          home.sudo([("password for bob:", "bob-password")], as: "bob"), isIn: true,
          ["ignored exempt-group"])
        let none = try await home.sudo([
          ("password for alice:", "alice-password"), ("code for alice", "<interrupt>"),
        ])
        #expect(!none.isIn && none.shows("Verification code") == 1, "\(none)")
        try await expect(
          home.sudo(home.both(home.alice.code(), at: "sudo")), isIn: true, ["accepted code"])
      }
    }

    @Test(
      "who is in no required group is let alone, unless there is a doubt",
      arguments: [
        ("group=unavail", false), ("group=tryagain", false), ("group=notfound", true),
        // A service whose library is gone is none to the C library: CAVEATS of the manual say so.
        (nil, true),
      ] as [(String?, Bool)])
    func requiredGroups(trouble: String?, isCertain: Bool) async throws {
      try await withGuarded(sshd: nil) { home in
        let host = home.host
        try await host.shell("groupadd admins && gpasswd -a alice admins")
        try await host.policy("required-groups = admins")
        try host.nameServices(trouble)
        let password: Guarded.Dialogue = [("password for bob:", "bob-password")]
        let bob = try await home.sudo(
          password
            + (isCertain ? [] : [("code for bob (sudo):", "123456"), ("assword", "<interrupt>")]),
          as: "bob")
        expect(
          bob, isIn: isCertain, [isCertain ? "ignored out-of-scope" : "refused not-enrolled"])
        try await expect(
          home.sudo(home.both(home.alice.code(), at: "sudo")), isIn: true, ["accepted code"])

        // A group that nobody knows may be one that is out of reach.
        try await host.policy("required-groups = admnis")
        let doubtful = try await home.sudo(
          home.both("123456", "bob", at: "sudo") + [("assword", "<interrupt>")], as: "bob")
        expect(doubtful, isIn: false, ["refused not-enrolled"])
      }
    }

    @Test("without its store a host lets in whom policy exempts, and nobody else")
    func unmounted() async throws {
      try await withGuarded { home in
        let host = home.host
        try await host.policy("exempt-users = bob \(reason)")
        try await host.shell("mv /var/lib/cachet-mfa /var/lib/elsewhere")
        for lost in [
          "true", "mkdir -m 700 /var/lib/cachet-mfa", "mkdir -m 700 /var/lib/cachet-mfa/users",
        ] {
          try await host.shell(lost)
          // With a proven password, what was refused last is looked up before the prompt.
          let alice = try await home.ssh([("Password:", "alice-password")])
          expect(alice, isIn: false, ["unavailable store"])
          let line = try #require(alice.journal.first { $0.contains("event=sign-in") })
          #expect(line.contains(" part=") && line.contains(" defect=missing"), "\(line)")
          try await expect(
            home.ssh([("Password:", "bob-password")], as: "bob"), isIn: true,
            ["ignored exempt-user"])
        }
        try await host.shell(
          "rm -rf /var/lib/cachet-mfa && mv /var/lib/elsewhere /var/lib/cachet-mfa")
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])

        try await host.shell("mv /etc/cachet-mfa/policy.applied* /root")
        try await expect(
          home.ssh([("Password:", "bob-password")], as: "bob"), isIn: false, ["unavailable store"])
      }
    }

    @Test("without the host's key recovery codes and invitations open, codes are unavailable")
    func lostKey() async throws {
      try await withGuarded { home in
        let invitation = try await home.host.invite("bob")
        try await home.host.shell("mv /etc/cachet-mfa/host.key /root")
        try await expect(
          home.ssh(home.both(home.alice.code())), isIn: false, ["unavailable store"])
        try await expect(
          home.ssh(home.both(home.alice.recoveryCodes[0])), isIn: true, ["accepted recovery-code"])
        try await expect(
          home.ssh(home.both(invitation, "bob"), as: "bob"), isIn: true, ["accepted invitation"])
        // Without the key nobody is believed to have no record.
        try await home.host.shell(
          "useradd --create-home dave && echo dave:dave-password | chpasswd")
        let dave = try await home.ssh(home.both("123456", "dave"), as: "dave")
        #expect(!dave.isIn && dave.decisions == ["unavailable store"], "\(dave)")
        try await home.host.shell("mv /root/host.key /etc/cachet-mfa")
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
      }
    }

    @Test(
      "on a full ext4 SSH lets in, once per code",
      .enabled(
        if: FileManager.default.fileExists(atPath: "/dev/loop-control"), "needs loop devices"))
    func fullDisk() async throws {
      try await withHost(sshd: nil) { host in
        let mounted = try await host.shell(
          """
          set -e
          for n in 0 1 2 3 4 5 6 7; do [ -e /dev/loop$n ] || mknod /dev/loop$n b 7 $n; done
          [ -e /dev/loop-control ] || mknod /dev/loop-control c 10 237
          truncate -s 8M /root/disk && mkfs.ext4 -q /root/disk
          mkdir -m 700 /var/lib/cachet-mfa && mount -o loop /root/disk /var/lib/cachet-mfa
          chmod 700 /var/lib/cachet-mfa
          """)
        try #require(mounted.status == 0, "\(mounted.errors)")
        try host.recipe("sshd", for: "sshd")
        try host.stopClock()
        let home = try await Guarded(host: host, alice: host.enroll("alice"))
        try await host.startWithRecipe(sshd: [])
        let filled = try await host.shell(
          "dd if=/dev/zero of=/var/lib/cachet-mfa/filler bs=4k; df --output=avail /var/lib/cachet-mfa"
        )
        #expect(filled.output.hasSuffix(" 0\n"), "\(filled.output)")
        let code = try await home.alice.code()
        try await expect(home.ssh(home.both(code)), isIn: true, ["accepted code"])
        try await expect(home.ssh(home.both(code)), isIn: false, ["refused used-code"])
        try await expect(
          home.ssh(home.both(home.alice.recoveryCodes[0])), isIn: true, ["accepted recovery-code"])
        try await expect(
          home.ssh(home.both(home.alice.nextCode())), isIn: true, ["accepted code"])
        try await host.shell("umount /var/lib/cachet-mfa")
      }
    }

    @Test("what happens in a test host does not happen to the machine")
    func machine() async throws {
      let before = try await machineState()
      try await withGuarded { home in
        try await expect(home.ssh(home.both(home.alice.code())), isIn: true, ["accepted code"])
        try await home.host.shell("useradd dave; echo changed >>/etc/passwd")
        #expect(try await machineState() == before)
      }
      #expect(try await machineState() == before)
    }

    /// Who listens, who has an account, and what guards the doors of the machine itself.
    private func machineState() async throws -> String {
      let told = try await run(
        "/bin/sh",
        [
          "-c",
          """
          cd /etc && cksum passwd group shadow nsswitch.conf ld.so.preload 2>&1
          find pam.d ssh sudoers.d cachet-mfa /var/lib/cachet-mfa -type f -exec cksum {} + 2>&1
          ls -d /run/cachet-mfa /run/test-clock /run/trouble 2>&1
          awk '$4 == "0A" && $2 ~ /:0016$/ { print $2 }' /proc/net/tcp /proc/net/tcp6
          """,
        ])
      return told.output
    }
  }
}
