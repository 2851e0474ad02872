/// Something in the trail that somebody should look at.
struct Rule: Sendable {
  /// Stable: filters in front of a SIEM name it.
  let id: String
  let severity: Severity
  /// What was seen.
  let title: String
  /// What to do about it.
  let response: String
  let detector: @Sendable (TrailThresholds) -> any Detector

  static let all: [Rule] = [
    Rule(
      id: "codes-refused", severity: .high, title: "somebody's second factor failed often in a day",
      response:
        "ask them; if it was not they, somebody else has their password: have it changed, and read what else came from that address",
      detector: { PerDay(of: [.codeRefused, .guardRefused], by: .user, from: $0.refusedPerDay) }),
    Rule(
      id: "success-after-failures", severity: .high,
      title: "a sign-in worked after many that did not",
      response:
        "ask them whether that was they; if not, end their sessions, change the password, enrol the factor anew",
      detector: { AfterFailures(failures: $0.failuresBeforeSuccess, within: $0.failureWindow) }),
    Rule(
      id: "passwords-tried", severity: .medium, title: "many passwords came from one address",
      response: "block the address; passwords that fail are recorded nowhere else",
      detector: { Burst(of: [.passwordPosted, .codePosted], by: .address, $0.passwords) }),
    Rule(
      id: "too-many-requests", severity: .medium,
      title: "an address was turned away again and again",
      response: "block the address; the limit of 2.x counts per address, which a client can forge",
      detector: { Burst(of: [.tooMany], by: .address, $0.tooMany) }),
    Rule(
      id: "second-factor-off", severity: .high,
      title: "somebody's second factor in Cachet was turned off",
      response:
        "look whether it is on: 2.4 writes the same row whenever a profile without it is saved; if it was on, ask who did that",
      detector: { _ in Each(of: [.secondFactorOff]) }),
    Rule(
      id: "api-key", severity: .high, title: "an API key was made anew",
      response:
        "ask the owner: everybody who is signed in can do that to any key, and whoever has a key needs no second factor",
      detector: { _ in Each(of: [.keyRegenerated, .keyPage]) }),
    Rule(
      id: "accounts", severity: .medium, title: "an account was created or removed",
      response: "compare with what was asked for; the row does not tell who did it",
      detector: { _ in Each(of: [.userCreated, .userRemoved]) }),
    Rule(
      id: "bulk-removal", severity: .high, title: "much was removed within minutes",
      response: "ask them; if it was not they, disable the account, change its API key, restore",
      detector: { Burst(of: [.removed], by: .user, $0.removals) }),
    Rule(
      id: "no-sign-in", severity: .medium,
      title: "changes by somebody who had not signed in",
      response:
        "an API key, a remembered browser, or a session kept open by reading alone; ask which, and change the key if nobody knows",
      detector: { WithoutSignIn(session: $0.sessionMinutes * 60) }),
    Rule(
      id: "secret-file", severity: .critical,
      title: "the web server handed out .env, or what git keeps",
      response:
        "change every secret of Cachet at once, then close the way ('cachet-mfa audit DIR --only document-root' finds it)",
      detector: { _ in Each(of: [.secretFile]) }),
    Rule(
      id: "livewire-exploit", severity: .critical,
      title: "somebody sent Livewire an object in place of a value (CVE-2025-54068)",
      response:
        "take the page off the net; look for files and processes of PHP's account that you do not know; update Livewire ('cachet-mfa audit DIR')",
      detector: { _ in Each(of: [.livewireProbe]) }),
    Rule(
      id: "livewire-errors", severity: .medium,
      title: "updates of Livewire failed again and again",
      response:
        "read storage/logs at that time: whoever looks for CVE-2025-54068 fails often, a page that was open during an update does once",
      detector: { Burst(of: [.livewireFailed], by: .addressOrNone, $0.livewire) }),
    Rule(
      id: "sql-probe", severity: .high,
      title: "somebody put conditions of their own into a query of the database (CVE-2021-39165)",
      response:
        "take it that they have read the users' table: change passwords and API keys; refuse such queries in the web server (docs/web.md), or move to a release that has the correction",
      detector: { _ in Each(of: [.sqlProbe]) }),
    Rule(
      id: "debug-bar", severity: .high, title: "the debug bar answered",
      response:
        "set APP_DEBUG=false and DEBUGBAR_ENABLED=false, empty storage/debugbar, change what it has recorded",
      detector: { _ in Each(of: [.debugBar]) }),
    Rule(
      id: "environment-switch", severity: .high,
      title: "somebody tried to have Cachet run in another environment (CVE-2024-52301)",
      response:
        "update Laravel ('cachet-mfa audit DIR --only cve-2024-52301'), or set register_argc_argv=Off in php.ini",
      detector: { _ in Each(of: [.environmentSwitch]) }),
    Rule(
      id: "mail-settings", severity: .medium, title: "the mail settings were posted",
      response:
        "ask who did that: 2.x writes .env then, which is the way of CVE-2021-39172 and 39174 into the process",
      detector: { _ in Each(of: [.mailSettings]) }),
    Rule(
      id: "holes-tried", severity: .low,
      title: "somebody looked for known holes, and was refused",
      response: "nothing, if it is refused each time; block an address that goes on",
      detector: { PerDay(of: [.holeTried], by: .address, from: $0.holesPerDay) }),
    Rule(
      id: "setup", severity: .high, title: "the setup of Cachet answered",
      response:
        "whoever reaches it can install Cachet anew: close /setup in the web server, and look for accounts you do not know",
      detector: { _ in Each(of: [.setup]) }),
    Rule(
      id: "guard-changed", severity: .info, title: "a second factor of this host was changed",
      response: "compare with what was asked for; 'by' is who was signed in",
      detector: { _ in Each(of: [.guardChanged]) }),
    Rule(
      id: "guard-unavailable", severity: .medium, title: "the second factor could decide nothing",
      response: "'cachet-mfa status' says what is wrong; nobody is let in meanwhile",
      detector: { _ in PerDay(of: [.guardUnavailable], by: .everything, from: 1) }),
    Rule(
      id: "untrusted-entry", severity: .low,
      title: "an audit line was written by somebody other than root",
      response:
        "it was not counted; root, sudo and su write ours: look what that user is doing",
      detector: { _ in Each(of: [.forged]) }),
    Rule(
      id: "log-cut", severity: .high, title: "a log does not hold any more what was reviewed",
      response:
        "ask who cut or rewrote it: whoever can write a log can take out what they did; read the copy that a collector has, if there is one",
      detector: { _ in Each(of: [.logCut]) }),
    Rule(
      id: "log-gap", severity: .high, title: "lines of a log were never reviewed",
      response:
        "look for them in a backup or at the collector; review more often than logs are thrown away, or keep more of them ('rotate' of logrotate)",
      detector: { _ in Each(of: [.logGap]) }),
    Rule(
      id: "failures", severity: .low, title: "Cachet failed often within a minute",
      response: "read storage/logs at that time: somebody may be looking for a hole",
      detector: { Burst(of: [.failure], by: .everything, $0.failures) }),
  ]
}

/// A rule that was met.
struct TrailAlert: Sendable {
  let rule: Rule
  let signal: Signal
}
