/// The broker as a host's systemd starts it, and callers that are not root.
extension TestHost {
  /// Lets the broker serve `/run/cachet-mfa/NAME.sock`, a process for each connection, with the PAM
  /// services of the recipes. `www-data` may connect to `decide`, everybody to `self`.
  /// `through` are words of a shell that run what follows them.
  public func startBroker(_ name: String = "decide", through words: String = "") async throws {
    try recipe("cachet-mfa-password", for: "cachet-mfa-password")
    try recipe("cachet-admin", for: "cachet-admin")
    let access = name == "decide" ? "chgrp cachet-mfa-web $socket && chmod 660" : "chmod 666"
    let broker = "/usr/lib/cachet-mfa/cachet-mfa-broker"
    let program = words.isEmpty ? broker : "/bin/sh -c 'exec \(words) \(broker)'"
    let started = try await shell(
      """
      socket=/run/cachet-mfa/\(name).sock
      groupadd --force --system cachet-mfa-web && usermod -aG cachet-mfa-web www-data &&
      install -d -m 755 /run/cachet-mfa || exit
      systemd-socket-activate --accept --inetd -l $socket \
        \(program) </dev/null >/var/log/\(name) 2>&1 &
      echo $! >/run/\(name).pid
      for n in $(seq 200); do [ -S $socket ] && break; sleep 0.02; done
      \(access) $socket
      """)
    guard started.status == 0 else { throw NotOpened(why: started.errors) }
  }

  /// One PAM transaction by `user`, in which each prompt is answered with `answer`.
  public func pam(
    _ service: String, about subject: String, _ answer: String, as user: String = "www-data",
    rhost: String? = nil, steps: [String] = ["auth:silent", "acct:silent"], parallel: Int = 1
  ) async throws -> Outcome {
    let words =
      [
        "/opt/build/test/pamtry", "--confdir", "/etc/pam.d", "--service", service, "--user",
        subject,
      ]
      + (rhost.map { ["--rhost", $0] } ?? []) + ["--answer", "text:\(answer)"]
      + (parallel > 1 ? ["--parallel", "\(parallel)"] : []) + steps
    return try await enter(
      ["/usr/sbin/runuser", "-u", user, "--"] + words, input: "", within: 30)
  }

  /// Lets `program` serve `socket` instead of whoever does, a process for each connection.
  public func listen(at socket: String, _ program: String, as user: String = "root") async throws {
    let told = try await shell(
      """
      kill $(cat /run/decide.pid)
      rm -f \(socket)
      chmod 777 /run/cachet-mfa
      runuser -u \(user) -- systemd-socket-activate --accept --inetd -l \(socket) \(program) \
        </dev/null >/dev/null 2>&1 &
      echo $! >/run/decide.pid
      for n in $(seq 200); do [ -S \(socket) ] && break; sleep 0.02; done
      chmod 666 \(socket)
      chmod 755 /run/cachet-mfa
      """)
    guard told.status == 0 else { throw NotOpened(why: told.errors) }
  }
}
