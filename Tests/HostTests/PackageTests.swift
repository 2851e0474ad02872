import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("The Debian package")
  struct Package {
    private let files = [
      "/usr/lib/x86_64-linux-gnu/security/pam_cachet_mfa.so", "/usr/bin/cachet-mfa",
      "/usr/lib/cachet-mfa/cachet-mfa-broker", "/lib/systemd/system/cachet-mfa-decide.socket",
      "/lib/systemd/system/cachet-mfa-decide@.service",
      "/lib/systemd/system/cachet-mfa-self.socket",
      "/lib/systemd/system/cachet-mfa-self@.service", "/usr/lib/sysusers.d/cachet-mfa.conf",
      "/usr/lib/tmpfiles.d/cachet-mfa.conf", "/usr/share/cachet-mfa/systemd/network-pam.conf",
      "/usr/share/man/man8/pam_cachet_mfa.8.gz", "/usr/share/man/man8/cachet-mfa-broker.8.gz",
      "/usr/share/man/man5/cachet-mfa-policy.5.gz",
      "/usr/share/bash-completion/completions/cachet-mfa",
      "/usr/share/fish/vendor_completions.d/cachet-mfa.fish",
      "/usr/share/zsh/vendor-completions/_cachet-mfa", "/usr/share/cachet-mfa/in-use",
      "/usr/share/doc/cachet-mfa/recipes/sshd", "/usr/share/doc/cachet-mfa/recipes/README.md",
      "/usr/share/doc/cachet-mfa/copyright", "/usr/share/doc/cachet-mfa/web.md",
      "/usr/share/cachet-mfa/apache/cachet-2.4.conf", "/usr/share/cachet-mfa/apache/passphrases",
      "/usr/share/cachet-mfa/apache/page/sign-in.html", "/usr/share/cachet-mfa/nginx/guard.conf",
    ]
    private let folders = ["/etc/cachet-mfa", "/var/lib/cachet-mfa"]

    @Test("it installs beside libpam's own modules, changes no stack, and goes without a trace")
    func installAndRemove() async throws {
      try await withHost(bare: true) { host in
        let before = try await host.shell("cat /etc/pam.d/* /etc/shadow | sha256sum")
        try await install(on: host)
        for file in files {
          #expect(
            try await host.run("stat", "-c", "%U %G", file).output == "root root\n", "\(file)")
        }
        for folder in folders {
          let told = try await host.run("stat", "-c", "%U %G %a", folder)
          #expect(told.output == "root root 700\n")
        }
        let recipes = try await host.shell("ls /usr/share/doc/cachet-mfa/recipes")
        #expect(recipes.lines.count == 12 && recipes.lines.contains("sudo-targetpw"))
        let beside = try await host.shell("ls /lib/*/security/pam_unix.so /lib/*/security/*cachet*")
        #expect(beside.lines.count == 2)
        #expect(try await host.run("cachet-mfa", "--help").status == 0)
        // The broker's group and folder are there, and its sockets off.
        #expect(try await host.run("getent", "group", "cachet-mfa-web").status == 0)
        let folder = try await host.run("stat", "-c", "%U %a", "/run/cachet-mfa")
        #expect(folder.output == "root 755\n")
        let enabled = try await host.shell("systemctl is-enabled cachet-mfa-{decide,self}.socket")
        #expect(enabled.lines == ["disabled", "disabled"], "\(enabled)")

        #expect(try await host.run("dpkg", "--remove", "cachet-mfa").status == 0)
        for file in files + folders {
          #expect(try await host.run("test", "-e", file).status == 1, "\(file)")
        }
        let after = try await host.shell("cat /etc/pam.d/* /etc/shadow | sha256sum")
        #expect(after.output == before.output)
      }
    }

    @Test("upgrade, removal and purge leave key, policy and records as they are")
    func keepsStore() async throws {
      try await withHost(bare: true) { host in
        try await install(on: host)
        let phone = try await host.enroll("root")
        #expect(phone.recoveryCodes.count == 10)
        let secrets = "find /etc/cachet-mfa /var/lib/cachet-mfa -printf '%p %m %u %s %T@\n' | sort"
        let before = try await host.shell(secrets).output
        #expect(before.contains("/var/lib/cachet-mfa/users/root/state 600 root 4096"))
        try await install(on: host)
        #expect(try await host.shell(secrets).output == before)
        #expect(try await host.run("dpkg", "--remove", "cachet-mfa").status == 0)
        #expect(try await host.shell(secrets).output == before)
        try await install(on: host)
        try await host.mfa("key", "check")
        let purged = try await host.run("dpkg", "--purge", "cachet-mfa")
        #expect(purged.status == 0)
        for folder in folders { #expect(purged.errors.contains("\(folder) holds secrets")) }
        #expect(try await host.shell(secrets).output == before)
      }
    }

    @Test("its contents are as Debian wants them")
    func contents() async throws {
      try await withHost(bare: true) { host in
        let listed = try await host.shell("dpkg-deb --contents /opt/build/cachet-mfa_*.deb")
        for line in listed.lines {
          let words = line.split(separator: " ", omittingEmptySubsequences: true)
          #expect(words[1] == "root/root", "\(line)")
          // Nothing set-user-ID, nothing that others may write.
          #expect(!words[0].contains("s") && !words[0].contains("t"), "\(line)")
          #expect(
            words[0].dropFirst(5).first != "w" && words[0].dropFirst(8).first != "w", "\(line)")
          #expect(!line.contains("/usr/local/"))
        }
        let checked = try await host.shell(
          """
          set -e
          dpkg-deb --control /opt/build/cachet-mfa_*.deb /root/control
          cd /root/control && ls
          for script in postinst prerm postrm; do test -x $script && sh -n $script; done
          dpkg-deb --extract /opt/build/cachet-mfa_*.deb /root/tree
          cd /root/tree && md5sum --quiet --check ../control/md5sums
          find . -name '*.gz' -exec gzip --test {} +
          ! find . -name '*.md.gz' | grep .
          grep -q '^Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/$' \\
            usr/share/doc/cachet-mfa/copyright
          test -e "$(grep -o '/usr/share/common-licenses/.*[^.]' usr/share/doc/cachet-mfa/copyright)"
          ! grep -q '^Conflicts\\|^Replaces' ../control/control
          """)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect(checked.lines == ["control", "md5sums", "postinst", "postrm", "prerm"])
      }
    }

    @Test("the audit is a package of its own, with all that is the audit's and nothing else")
    func audit() async throws {
      try await withHost(bare: true) { host in
        func files(_ package: String) async throws -> [String] {
          try await host.shell(
            "dpkg-deb --fsys-tarfile /opt/build/\(package)_*.deb | tar -t | grep -v /$"
          ).lines
        }
        let own = try await files("cachet-mfa-audit").filter { !$0.hasPrefix("./usr/share/doc/") }
        #expect(
          own.sorted() == [
            "./lib/systemd/system/cachet-mfa-audit-alert@.service",
            "./lib/systemd/system/cachet-mfa-audit@.path",
            "./lib/systemd/system/cachet-mfa-audit@.service",
            "./lib/systemd/system/cachet-mfa-audit@.timer", "./usr/bin/cachet-mfa-audit",
            "./usr/share/bash-completion/completions/cachet-mfa-audit",
            "./usr/share/fish/vendor_completions.d/cachet-mfa-audit.fish",
            "./usr/share/man/man8/cachet-mfa-audit.8.gz",
            "./usr/share/zsh/vendor-completions/_cachet-mfa-audit",
          ])
        let others = try await files("cachet-mfa")
        #expect(others.count > 50 && Set(others).isDisjoint(with: own))
        #expect(!others.contains { $0.contains("cachet-mfa-audit") })
      }
    }

    @Test("it is not removed while a line in /etc/pam.d names the module, but can be upgraded")
    func refusesRemoval() async throws {
      try await withHost(bare: true) { host in
        try await install(on: host)
        try host.pam("sudo", ["# auth required pam_cachet_mfa.so", "auth required pam_unix.so"])
        #expect(try await host.run("/usr/share/cachet-mfa/in-use").status == 0)
        try host.pam("sshd", ["auth [success=ok default=die] pam_cachet_mfa.so"])
        let refused = try await host.run("dpkg", "--remove", "cachet-mfa")
        #expect(refused.status != 0)
        #expect(refused.errors.contains("/etc/pam.d/sshd:1:"))
        #expect(try await host.run("test", "-e", files[0]).status == 0)
        try await install(on: host)
        try host.pam("sshd", ["auth required pam_unix.so"])
        #expect(try await host.run("dpkg", "--remove", "cachet-mfa").status == 0)
      }
    }

    private func install(on host: TestHost) async throws {
      let done = try await host.shell("dpkg --install /opt/build/cachet-mfa_*.deb")
      #expect(done.status == 0, "\(done.output)\(done.errors)")
    }
  }
}
