import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("The Debian package")
  struct Package {
    private let files = [
      "/usr/lib/x86_64-linux-gnu/security/pam_cachet_mfa.so", "/usr/bin/cachet-mfa",
    ]

    @Test("it installs beside libpam's own modules, changes no stack, and goes without a trace")
    func installAndRemove() async throws {
      try await withHost(bare: true) { host in
        let before = try await host.shell("cat /etc/pam.d/* /etc/shadow | sha256sum")
        try await install(on: host)
        for file in files {
          #expect(try await host.run("stat", "-c", "%U %G", file).output == "root root\n")
        }
        let beside = try await host.shell("ls /lib/*/security/pam_unix.so /lib/*/security/*cachet*")
        #expect(beside.lines.count == 2)
        #expect(try await host.run("cachet-mfa", "--help").status == 0)

        #expect(try await host.run("dpkg", "--remove", "cachet-mfa").status == 0)
        for file in files {
          #expect(try await host.run("test", "-e", file).status == 1)
        }
        let after = try await host.shell("cat /etc/pam.d/* /etc/shadow | sha256sum")
        #expect(after.output == before.output)
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
