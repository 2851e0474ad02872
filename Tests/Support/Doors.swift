/// The doors of a test host, as the people behind them use them.
extension TestHost {
  /// Starts the real sshd on 127.0.0.1:22 inside, with PAM and keyboard-interactive; `lines` come
  /// first and so win.
  public func start(sshd lines: [String]) async throws {
    let config =
      lines + [
        "ListenAddress 127.0.0.1", "HostKey /etc/ssh/ssh_host_ed25519_key", "UsePAM yes",
        "KbdInteractiveAuthentication yes", "PasswordAuthentication no", "PermitRootLogin yes",
        "LogLevel VERBOSE", "PidFile /run/sshd.pid", "PrintMotd no", "UseDNS no",
        "MaxStartups 100:30:200",
      ]
    try write(config.map { $0 + "\n" }.joined(), to: "/etc/ssh/sshd_config")
    try await startSSHD()
  }

  /// Starts sshd as Debian configures it, with pam/recipes/sshd_config in the place that its head
  /// names; `first` comes before it, and so wins.
  public func startWithRecipe(sshd lines: [String]) async throws {
    let folder = "/etc/ssh/sshd_config.d"
    let ours = lines + ["LogLevel VERBOSE", "MaxStartups 100:30:200"]
    try write(ours.map { $0 + "\n" }.joined(), to: "\(folder)/000-test.conf")
    try write(TestHost.recipe("sshd_config"), to: "\(folder)/cachet-mfa.conf")
    try await startSSHD()
  }

  /// sshd leaves the foreground before it listens. OpenSSH 9.8 and later keep an address waiting after
  /// failures, and all that is tested here comes from one: that is sshd's, and not asked for.
  private func startSSHD() async throws {
    let started = try await shell(
      """
      /usr/sbin/sshd -o PerSourcePenalties=no 2>/dev/null || /usr/sbin/sshd || exit
      for n in $(seq 200); do grep -q ':0016 .* 0A ' /proc/net/tcp && exit; sleep 0.02; done
      echo 'sshd does not listen' >&2; exit 1
      """)
    guard started.status == 0 else { throw NotOpened(why: started.errors) }
  }

  /// Makes a key for `user` inside, lets sshd accept it, and returns the ssh option that uses it.
  public func key(for user: String) async throws -> [String] {
    let made = try await shell(
      """
      ssh-keygen -q -t ed25519 -N '' -f /root/\(user).key &&
      install -d -m 700 -o \(user) -g \(user) ~\(user)/.ssh &&
      install -m 600 -o \(user) -g \(user) /root/\(user).key.pub ~\(user)/.ssh/authorized_keys
      """)
    guard made.status == 0 else { throw NotOpened(why: made.errors) }
    return ["-i", "/root/\(user).key"]
  }

  /// Signs in over the network and runs `command`. One attempt per connection, so that a refusal
  /// is an exit status of 255 and not another prompt; `options` go before these and win. Without a
  /// `command` it is a shell at a terminal.
  public func ssh(
    _ user: String, _ dialogue: [(expect: String, answer: String)], _ command: String = "id -un",
    methods: String = "publickey,keyboard-interactive", options: [String] = [],
    within seconds: Int = 20
  ) async throws -> Outcome {
    let ours = [
      "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
      "NumberOfPasswordPrompts=1", "PreferredAuthentications=\(methods)", "ConnectTimeout=10",
    ]
    return try await terminal(
      dialogue,
      ["/usr/bin/ssh"] + options + ours.flatMap { ["-o", $0] } + [
        "-l", user, "127.0.0.1",
      ] + (command.isEmpty ? [] : [command]), within: seconds)
  }

  /// `user` runs `command` by sudo at a terminal; `options` such as `-i`, `-u bob`.
  public func sudo(
    _ user: String, _ dialogue: [(expect: String, answer: String)],
    _ command: [String] = ["id", "-un"],
    options: [String] = [], within seconds: Int = 20
  ) async throws -> Outcome {
    try await terminal(
      dialogue, ["/usr/bin/sudo"] + options + command, as: user, within: seconds)
  }

  /// `user` becomes `target` by su at a terminal; `login` for `su -`, which is another service.
  public func su(
    _ user: String, to target: String, _ dialogue: [(expect: String, answer: String)],
    _ command: String = "id -un", login: Bool = false, within seconds: Int = 20
  ) async throws -> Outcome {
    try await terminal(
      dialogue, ["/bin/su"] + (login ? ["-"] : []) + [target, "-c", command], as: user,
      within: seconds)
  }
}
