import TestSupport
import Testing

/// Everything with real hosts in a test root; one at a time, because they share two cores.
@Suite(
  "Real sshd, sudo, su and web servers", .serialized,
  .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct HostTests {}
