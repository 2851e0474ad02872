import Foundation

extension TestHost {
  /// The broker's units under a systemd of their own: first process of its own process space, below
  /// a control group of its own, with no other units and no way to the machine's kernel settings.
  /// While `body` runs its sockets are enabled.
  ///
  /// `body` gets this host with programs that run next to that systemd: it counts connections by
  /// user, and knows no user of a process that it cannot see.
  public func withSystemd(_ body: (TestHost) async throws -> Void) async throws {
    for file in ["sysusers.conf", "tmpfiles.conf"] { try write(shipped(file), to: "/run/\(file)") }
    let started = try await shell(
      """
      set -e
      systemd-sysusers /run/sysusers.conf
      systemd-tmpfiles --create /run/tmpfiles.conf
      usermod -aG cachet-mfa-web www-data
      mkdir -p /run/units /run/group /run/systemd/journal
      # What the units' defaults name, without all that a host does there.
      for name in sysinit basic sockets shutdown; do
        printf '[Unit]\\nDefaultDependencies=no\\n' >/run/units/$name.target
      done
      # Where /dev/log leads with PrivateDevices=.
      /opt/build/test/logsink /run/systemd/journal/dev-log /var/log/sink
      mount -t cgroup2 none /run/group
      mktemp -d /run/group/testroot-XXXXXX >/run/group-name
      cat >/run/boot <<'END'
      set -e
      mount -t proc proc /proc
      mount --bind /proc/sys /proc/sys
      mount -o remount,bind,ro /proc/sys
      mount -t sysfs -o ro sysfs /sys
      mount -t cgroup2 none /sys/fs/cgroup
      export container=testroot SYSTEMD_UNIT_PATH=/run/units
      exec /lib/systemd/systemd --unit=basic.target --show-status=no
      END
      # Nobody's clock may stand still while systemd starts; what it starts sees the test's.
      mv /etc/ld.so.preload /run/preload
      (
        echo $BASHPID >$(cat /run/group-name)/cgroup.procs
        exec unshare --cgroup --mount --pid --ipc --fork --kill-child=SIGKILL bash /run/boot
      ) </dev/null >/var/log/systemd 2>&1 &
      for n in $(seq 200); do
        pid=$(pgrep -x systemd) && [ -S /run/systemd/private ] && break
        sleep 0.05
      done
      mv /run/preload /etc/ld.so.preload
      echo $pid
      """)
    guard let pid = Int(started.output.split(separator: "\n").last ?? "") else {
      throw NotOpened(why: started.errors + read("/var/log/systemd"))
    }
    var beside = self
    beside.prefix = [
      "nsenter", "--target", "\(pid)", "--mount", "--pid", "--cgroup", "--ipc", "--root", "--wd",
      "--",
    ]
    do {
      try await beside.enable()
      try await body(beside)
    } catch {
      try await stop(pid)
      throw error
    }
    try await stop(pid)
  }

  private func enable() async throws {
    for role in ["decide", "self"] {
      for unit in ["cachet-mfa-\(role).socket", "cachet-mfa-\(role)@.service"] {
        try write(shipped(unit), to: "/run/units/\(unit)")
      }
    }
    let told = try await run(
      "systemctl", "start", "cachet-mfa-decide.socket", "cachet-mfa-self.socket")
    guard told.status == 0 else { throw NotOpened(why: told.errors) }
  }

  private func shipped(_ file: String) throws -> String {
    try String(
      contentsOf: Built.package.appending(path: "packaging/systemd/\(file)"), encoding: .utf8)
  }

  /// Ends all of it; the groups are the machine's to keep, and so are removed.
  private func stop(_ pid: Int) async throws {
    try await shell(
      """
      kill -KILL \(pid)
      group=$(cat /run/group-name)
      for n in $(seq 200); do grep -q 'populated 0' $group/cgroup.events && break; sleep 0.05; done
      find $group -depth -type d -exec rmdir {} \\;
      """)
  }
}
