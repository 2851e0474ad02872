/// Where nginx looks for the file that a name means.
extension NginxVariables {
  /// Where Debian's nginx has what is relative.
  static let prefix = "/usr/share/nginx"

  /// `$document_root`: of `root` or `alias`, as it counts in `state`; `nil` where it is not known.
  func root(_ state: NginxState, depth: Int = 0) -> String? {
    guard let own = state.files else { return Self.prefix + "/html" }
    return expand(own.directive.value, state, depth: depth + 1).map(Self.absolute)
  }

  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(prefix)/\(path)"
  }

  /// The file that `name` means, which is the address itself or one that `try_files` tries.
  func file(of name: String, _ state: NginxState, depth: Int = 0) -> String? {
    guard let root = root(state, depth: depth) else { return nil }
    guard let own = state.files, own.directive.name == "alias", let location = own.location else {
      return root + name
    }
    if NginxLocations.expression(of: location) != nil {
      // What follows an expression's path nobody writes.
      return name == state.uri ? root : nil
    }
    let prefix = location.arguments.last ?? ""
    return root + (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name)
  }

  /// `$fastcgi_script_name` and `$fastcgi_path_info`.
  func script(_ state: NginxState) -> (name: String, rest: String) {
    if let split = state.directive("fastcgi_split_path_info"),
      let groups = Pattern(split.value)?.groups(in: state.uri), groups.count > 2
    {
      return (groups[1], groups[2])
    }
    let index = state.uri.hasSuffix("/") ? state.directive("fastcgi_index")?.value ?? "" : ""
    return (state.uri + index, "")
  }
}
