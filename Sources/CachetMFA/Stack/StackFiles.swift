import CTerminal

/// The folders in which libpam looks for its files, below `root`.
struct StackFiles {
  /// Empty on a host itself.
  let root: String

  init(root: String = "") { self.root = root }

  /// A file that is there.
  struct File {
    let path: String
    /// `nil` where it cannot be read here; libpam may be able to.
    let text: String?
  }

  /// Whether libpam looks into folders. Where there are none it reads /etc/pam.conf alone.
  var hasFolder: Bool {
    ["/etc/pam.d", "/usr/lib/pam.d"].contains { unsafe is_there(root + $0) }
  }

  /// The file of a service: the administrator's own before the one of a package.
  func service(_ name: String) -> File? {
    for folder in ["/etc/pam.d/", "/usr/lib/pam.d/"] {
      if let file = StackFiles.file(root + folder + name) { return file }
    }
    return nil
  }

  /// The file that a line includes. Debian's libpam looks for it in /etc/pam.d alone.
  func included(_ name: String) -> File? {
    StackFiles.file(root + (name.hasPrefix("/") ? "" : "/etc/pam.d/") + name)
  }

  private static func file(_ path: String) -> File? {
    unsafe is_there(path) ? File(path: path, text: read(path)) : nil
  }

  /// All services that have a file.
  var services: [String] {
    var names: Set<String> = []
    for folder in ["/etc/pam.d", "/usr/lib/pam.d"] {
      _ = unsafe withUnsafeMutablePointer(to: &names) { names in
        unsafe each_name(
          root + folder,
          { name, context in
            let names = unsafe context.assumingMemoryBound(to: Set<String>.self)
            unsafe names.pointee.insert(String(cString: name))
          }, names)
      }
    }
    return names.sorted()
  }

  /// A file of at most a megabyte; `nil` where it cannot be read.
  private static func read(_ path: String) -> String? {
    let descriptor = unsafe open_file(path)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while text.count < 1_048_576 {
      let got = unsafe room.withUnsafeMutableBytes { room -> Int in
        guard let base = room.baseAddress else { return 0 }
        return unsafe CTerminal.read(descriptor, base, room.count)
      }
      if got < 0, last_error() == EINTR { continue }
      if got <= 0 { return got < 0 ? nil : String(decoding: text, as: UTF8.self) }
      text += room[..<got]
    }
    return nil
  }
}
