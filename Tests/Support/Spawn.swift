import Dispatch
import Glibc

/// A started program with its own three descriptors (what else is open here closes on exec).
///
/// Foundation's `Process` is no choice here: it believes that a program runs as long as one of its
/// descendants does, and every daemon of a test host is one.
struct Spawned: Sendable {
  struct Failure: Error { let number: Int32 }

  let pid: pid_t

  /// - Parameter input: a file to read from, or a descriptor to take over.
  init(
    _ words: [String], environment: [String: String], input: Input, output: String, errors: String
  ) throws {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    switch input {
    case .file(let path):
      unsafe posix_spawn_file_actions_addopen(&actions, 0, path, O_RDONLY, 0)
    case .descriptor(let number):
      unsafe posix_spawn_file_actions_adddup2(&actions, number, 0)
    }
    let append = O_WRONLY | O_CREAT | O_APPEND
    unsafe posix_spawn_file_actions_addopen(&actions, 1, output, append, 0o600)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, append, 0o600)

    // What the tests ignore, and what their threads block, their programs do not.
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var pipe = sigset_t()
    unsafe sigemptyset(&pipe)
    unsafe sigaddset(&pipe, SIGPIPE)
    unsafe posix_spawnattr_setsigdefault(&attributes, &pipe)
    var blocked = sigset_t()
    unsafe sigemptyset(&blocked)
    unsafe posix_spawnattr_setsigmask(&attributes, &blocked)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var pid: pid_t = 0
    let variables = environment.map { "\($0.key)=\($0.value)" }
    let result = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(variables) { names in
        unsafe posix_spawn(&pid, words[0], &actions, &attributes, arguments, names)
      }
    }
    guard result == 0 else { throw Failure(number: result) }
    self.pid = pid
  }

  enum Input { case file(String), descriptor(Int32) }

  /// Waits without holding a thread of the tests: exit status, or 128 + signal.
  func end() async -> Int32 {
    await withCheckedContinuation { waiting in
      DispatchQueue.global().async {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) == -1 {
          // Never a success that nobody saw.
          guard errno == EINTR else { return waiting.resume(returning: 255 + errno) }
        }
        let signal = status & 0x7f
        waiting.resume(returning: signal == 0 ? (status >> 8) & 0xff : 128 + signal)
      }
    }
  }
}

private func withCStrings<R>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R
) -> R {
  let copies = unsafe strings.map { unsafe strdup($0) }
  defer { unsafe copies.forEach { unsafe free($0) } }
  return unsafe body(copies + [nil])
}
