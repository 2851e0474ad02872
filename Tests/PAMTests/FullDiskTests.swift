import Foundation
import TestSupport
import Testing

/// A full ext4: a sign-in rewrites blocks that it has, and needs no others.
@Suite("A full disk", .enabled(if: isRoot, "\(needsRoot)"))
struct FullDiskTests {
  @Test("right codes are accepted, the store stays whole, and what was used stays used")
  func full() async throws {
    try await withEnrolled { alice in
      // Each process sees the image mounted in a name space of its own, and nobody else does.
      let image = alice.folder.path("disk")
      let place = alice.folder.path("mounted")
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
      let inside = [
        "/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/bash", "-c",
        "mount -o loop \"$1\" \"$2\" && shift 2 && \"$@\"; status=$?; exit $status", "-", image,
        place,
      ]
      let shell = { (script: String) async throws in
        let told = try await run(
          inside[0], Array(inside.dropFirst()) + ["/bin/bash", "-c", script])
        try #require(told.status == 0, "\(told.errors)")
        return told.output
      }
      try #require(try await run("/usr/bin/truncate", ["-s", "8M", image]).status == 0)
      try #require(try await run("/sbin/mkfs.ext4", ["-q", "-m", "0", image]).status == 0)
      _ = try await shell(
        """
        cp -a '\(alice.store)' '\(place)/store' && rm -f '\(place)/store/run/attempts'
        for size in 4k 1k 1; do dd if=/dev/zero of='\(place)/filler'$size bs=$size 2>/dev/null; done
        ! dd if=/dev/zero of='\(place)/more' bs=1 count=1 2>/dev/null
        """)

      let line = "auth required \(Built.inLine) [store=\(place)/store] after_first_factor"
      let verdict = { (answer: String, options: String, offset: Int64) in
        var transaction = alice.transaction(
          [.text(answer)], lines: [line + options], at: offset)
        transaction.wrapper = inside
        return try await alice.run(transaction).verdict
      }
      #expect(try await verdict(alice.code(), "", 0) == "PAM_SUCCESS code")
      #expect(try await verdict(alice.code(), "", 0) == "PAM_AUTH_ERR used-code")
      #expect(try await verdict(alice.wrongCode, "", 0) == "PAM_AUTH_ERR wrong-code")
      #expect(try await verdict(alice.code(30), "", 30) == "PAM_SUCCESS code")
      #expect(try await verdict(alice.recoveryCodes[0], "", 30) == "PAM_SUCCESS recovery-code")
      #expect(
        try await verdict(alice.recoveryCodes[0], "", 30) == "PAM_AUTH_ERR used-one-time-secret")

      // The attempts of strangers need a table, for which there is no room: refused, not let in.
      let strangers = "auth required \(Built.inLine) [store=\(place)/store]"
      var transaction = alice.transaction([.text(alice.code(60))], lines: [strangers], at: 60)
      transaction.wrapper = inside
      #expect(try await alice.run(transaction).verdict == "PAM_AUTHINFO_UNAVAIL store")
      #expect(try await verdict(alice.code(60), "", 60) == "PAM_SUCCESS code")

      let facts = try await shell(
        "df --output=avail '\(place)' | tail -n 1; stat -c %s '\(place)/store/users/alice/state'; "
          + "cmp '\(place)/store/users/alice/credentials' '\(alice.store)/users/alice/credentials'")
      #expect(facts.split(whereSeparator: \.isWhitespace) == ["0", "4096"])
    }
  }
}
