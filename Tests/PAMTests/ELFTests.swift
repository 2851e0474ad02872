import Foundation
import TestSupport
import Testing

/// What the dynamic linker of sshd, sudo and Apache is handed: the stripped file as it is installed.
@Suite("The module as an ELF file")
struct ELFTests {
  @Test("it has at most 100 kB")
  func size() throws {
    let attributes = try FileManager.default.attributesOfItem(atPath: Built.module)
    let bytes = try #require(attributes[.size] as? Int)
    #expect(bytes > 0 && bytes <= 100_000)
  }

  @Test("it needs only libpam, libcrypto, libc and libm")
  func needed() async throws {
    let allowed = /lib(pam\.so\.0|crypto\.so\.3|c\.so\.6|m\.so\.6)/
    let needed = try await dynamicSection().compactMap { line in
      line.firstMatch(of: /\(NEEDED\).*\[(.*)\]/).map { String($0.1) }
    }
    #expect(needed.contains("libpam.so.0"))
    #expect(needed.filter { $0.wholeMatch(of: allowed) == nil } == [])
  }

  @Test("it exports the six entry points of PAM and nothing else")
  func exports() async throws {
    let symbols = try await run("nm", ["-D", "--defined-only", Built.module]).lines
    let names = symbols.compactMap { $0.split(separator: " ").last.map(String.init) }
    #expect(
      names.sorted() == [
        "pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_chauthtok", "pam_sm_close_session",
        "pam_sm_open_session", "pam_sm_setcred",
      ])
  }

  @Test("it imports no allocator of Swift's, no Swift runtime, and nothing that is its host's")
  func imports() async throws {
    let symbols = try await run("nm", ["-D", "--undefined-only", Built.module]).lines
    let names = symbols.compactMap { line in
      line.split(separator: " ").last.map { String($0.prefix { $0 != "@" }) }
    }
    #expect(names.filter { $0.hasPrefix("swift_") || $0.hasPrefix("$s") } == [])
    let strangers: Set = [
      "posix_memalign", "aligned_alloc", "malloc", "realloc", "pthread_create", "getenv",
      "secure_getenv", "umask", "chdir", "setuid", "openlog", "sigaction", "signal", "fork",
    ]
    #expect(strangers.intersection(names) == [])
  }

  @Test("it binds at once, stays loaded, and looks for libraries nowhere else")
  func flags() async throws {
    let section = try await dynamicSection()
    let text = section.joined(separator: "\n")
    #expect(text.contains("NODELETE"))
    #expect(text.contains("BIND_NOW") || text.contains(/FLAGS_1.*NOW/))
    #expect(!text.contains("RUNPATH") && !text.contains("RPATH") && !text.contains("TEXTREL"))
  }

  @Test("its relocations are read-only once done, and its stack does not execute")
  func segments() async throws {
    let headers = try await run("readelf", ["--program-headers", "--wide", Built.module]).output
    #expect(headers.contains("GNU_RELRO"))
    #expect(headers.contains(/GNU_STACK.*RW\s/))
    #expect(!headers.contains(/LOAD.*RWE/))
  }

  @Test("it is stripped")
  func stripped() async throws {
    let sections = try await run("readelf", ["--section-headers", "--wide", Built.module]).output
    #expect(!sections.contains(".symtab") && !sections.contains(".debug_"))
  }

  private func dynamicSection() async throws -> [String] {
    let read = try await run("readelf", ["--dynamic", "--wide", Built.module])
    #expect(read.status == 0)
    return read.lines
  }
}
