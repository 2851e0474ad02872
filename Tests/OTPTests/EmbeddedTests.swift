import Foundation
import OTP
import Testing

/// The Embedded objects of this room, as the PAM module has them; see `Embedded/driver.c`.
@Suite("The Embedded objects", .serialized)
struct EmbeddedTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let scratch = root.appendingPathComponent(".build-pam")

  /// Builds the module and the program, once for all tests.
  static let driver = Result { () throws -> String in
    let build = root.appendingPathComponent("Tests/OTPTests/Embedded/build").path
    return try output(of: "/bin/sh", build, scratch.appendingPathComponent("otp-driver").path)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    "A C program around them passes every ring",
    arguments: [
      ("vectors", "ok 28 vectors\n"),
      ("wiped", "ok 8 calls wiped\n"),
      ("starved", nil),
      ("stack", "ok 8 stacks clean\n"),
    ] as [(String, String?)])
  func ring(_ name: String, _ expected: String?) throws {
    let answer = try output(of: Self.driver.get(), name)
    if let expected { #expect(answer == expected) }
    #expect(answer.hasPrefix("ok "))
  }

  /// What is allowed, and nothing else:
  /// - before the first `HMAC`, any jump: the secret has not been touched, and they can only depend
  ///   on algorithm, digits, window and the length of the secret;
  /// - from the first instruction of the loop to its last, exactly one conditional jump: the last
  ///   instruction, back to the first. It counts steps of the window;
  /// - behind the loop, at most two more, both after `cleanse`: whether libcrypto failed at
  ///   all, and the stack protector's. Caller and answer tell the first anyway;
  /// - calls in the loop: `HMAC` and `CRYPTO_memcmp`, once each. No division, no indirect jump.
  @Test("match has no conditional jump but the loop's, in every object that holds it")
  func constantTime() throws {
    _ = try Self.driver.get()
    let objects = try output(
      of: "/usr/bin/env", "find", Self.scratch.path + "/release/", "-name",
      "*.swift.o"
    ).split(separator: "\n").map(String.init)
    var seen = 0
    for object in objects {
      let symbols = try output(of: "/usr/bin/env", "nm", "--defined-only", object)
        .split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) }
        .filter { $0.hasPrefix("$e3OTP5match_") }
      for symbol in symbols {
        seen += 1
        try expectConstantTime(Disassembly(of: symbol, in: object), "\(symbol) in \(object)")
      }
    }
    #expect(seen >= 1, "no object holds OTP.match")
  }

  private func expectConstantTime(_ code: Disassembly, _ name: String) throws {
    let comment = Comment(rawValue: name)
    let backward = code.conditionalJumps.filter { $0.target <= $0.address }
    #expect(backward.count == 1, comment)
    let loop = try #require(backward.first, comment)
    let body = loop.target...loop.address
    #expect(code.conditionalJumps.filter { body.contains($0.address) }.count == 1, comment)
    #expect(
      code.calls.filter { body.contains($0.address) }.map(\.name) == ["HMAC", "CRYPTO_memcmp"],
      comment)
    #expect(code.calls.filter { $0.name == "HMAC" }.count == 1, comment)
    #expect(code.calls.filter { $0.name == "CRYPTO_memcmp" }.count == 1, comment)
    #expect(code.indirectJumps.allSatisfy { !body.contains($0) }, comment)
    #expect(code.divisions.allSatisfy { $0 < loop.target }, comment)
    // Nothing enters the loop's middle from behind, nothing leaves it early.
    #expect(code.jumps.allSatisfy { !body.contains($0.address) || body.contains($0.target) })

    let wiped = try #require(code.calls.first { $0.name.contains("cleanse") }, comment).address
    #expect(wiped > loop.address, comment)
    let behind = code.conditionalJumps.filter { $0.address > loop.address }
    #expect(behind.allSatisfy { $0.address > wiped }, comment)
    #expect(behind.count <= 2, comment)
  }
}

/// What llvm-objdump says of one function.
private struct Disassembly {
  struct Jump {
    let address: Int
    let target: Int
  }
  struct Call {
    let address: Int
    let name: String
  }

  var conditionalJumps: [Jump] = []
  /// Unconditional ones.
  var jumps: [Jump] = []
  var indirectJumps: [Int] = []
  var calls: [Call] = []
  var divisions: [Int] = []

  /// Reads lines such as `4a:  je 0x60 <…>` and `52:  R_X86_64_PLT32  HMAC-0x4`.
  init(of symbol: String, in object: String) throws {
    let text = try output(
      of: "/usr/bin/env", "llvm-objdump", "-d", "-r", "--no-show-raw-insn",
      "--disassemble-symbols=\(symbol)", object)
    var instructions = 0
    for line in text.split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" }
      guard let first = words.first, first.hasSuffix(":"), words.count > 1,
        let address = Int(first.dropLast(), radix: 16)
      else { continue }
      let name = words[1]
      if name.hasPrefix("R_X86_64_") {
        if name == "R_X86_64_PLT32" || name.hasPrefix("R_X86_64_GOTPCREL"), words.count > 2 {
          let callee = words[2].prefix { $0 != "-" && $0 != "+" && $0 != "@" }
          if pendingCall { calls.append(Call(address: lastAddress, name: String(callee))) }
          pendingCall = false
        }
        continue
      }
      instructions += 1
      lastAddress = address
      pendingCall = name.hasPrefix("call")
      if name.hasPrefix("j") || name.hasPrefix("loop") {
        let target = words.count > 2 ? Int(words[2].dropFirst(2), radix: 16) : nil
        if let target {
          let jump = Jump(address: address, target: target)
          if name.hasPrefix("jmp") { jumps.append(jump) } else { conditionalJumps.append(jump) }
        } else {
          indirectJumps.append(address)
        }
      }
      if name.hasPrefix("div") || name.hasPrefix("idiv") { divisions.append(address) }
    }
    try #require(instructions > 50, "no disassembly of \(symbol)")
  }

  private var lastAddress = 0
  private var pendingCall = false
}

/// What a program prints; its failure is an error with everything that it said.
private func output(of program: String, _ arguments: String...) throws -> String {
  struct Failed: Error, CustomStringConvertible { let description: String }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  let out = Pipe()
  let errors = Pipe()
  process.standardOutput = out
  process.standardError = errors
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let printed = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw Failed(
      description: "\(program) \(arguments): \(process.terminationStatus)\n\(printed)\(said)")
  }
  return printed
}
