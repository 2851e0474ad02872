/// The policy of a new store: what an administrator finds to edit.
enum DefaultPolicy {
  static let text = """
    # The policy of cachet-mfa. Edit it, then run 'cachet-mfa policy apply': sign-ins follow what was
    # applied, not this text. A line is 'key = value'. '#key = value' shows the default of a key;
    # '# Example:' stands before a line that is none. cachet-mfa-policy(5) explains every key.

    # Digits of a code where no factor of the user says otherwise: 6 to 8.
    #digits = 6

    # Steps before and after the current one whose codes are taken too: 0 to 10.
    #window = 1

    # Somebody who has no factor: deny, or allow until enroll-by. allow also needs the option nullok
    # on the module's line in /etc/pam.d.
    #unenrolled = deny

    # The last day (UTC) on which somebody without a factor may pass, or enrol with the password
    # alone; for the members of a group it may be earlier.
    # Example: enroll-by = 2027-01-31
    # Example: enroll-by.GROUP = 2026-12-31

    # How users come to a first factor: by invitation of root, or with the password until enroll-by.
    #first-enroll = invitation

    # Who needs a second factor: everybody, or the members of these groups alone.
    # Example: required-groups = GROUP, OTHER

    # Who needs none, and why. The reason is mandatory.
    # Example: exempt-users = USER "reason"
    # Example: exempt-groups = GROUP "reason"

    # The door that a PAM service is: ssh, local, web or self. A service not listed is local. At ssh
    # the module believes sshd that a key was right.
    door.sshd = ssh
    # Example: door.SERVICE = web

    # Programs that are not root ask the broker: which account (of a web server, say) may ask, at which
    # PAM service, about the members of which group; and for how many seconds a browser's answer is
    # taken again there.
    # Example: broker-allow = USER : SERVICE : GROUP
    # Example: session.SERVICE = 900

    # Services that ask the broker about their own user: screen lockers.
    # Example: self-services = SERVICE

    # Wrong codes after which the next one has to wait (1 to 10), the first wait in seconds, which
    # doubles with every wrong code, and the longest.
    #throttle-after = 5
    #throttle-first = 30
    #throttle-longest = 900

    # Wrong codes that lock a door until 'cachet-mfa unlock': 10 to 100.
    #lock-after = 100

    # Refusals without a proven first factor, from wherever, after which such attempts at an account
    # are delayed: 20 to 4000. Who has given the right password first is never delayed by them.
    #unproven-account-limit = 50

    """
}
