import TestSupport
import Testing

/// Everything with real hosts in a test root; one at a time, because they share two cores.
@Suite("Real sshd, sudo and su", .serialized, .enabled(if: isRoot, Comment(rawValue: needsRoot)))
struct HostTests {}
