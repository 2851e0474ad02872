/// The recipes without one of their rules: what the oracle has to see.
struct OracleMutant: Sendable {
  let name: String
  /// Run in the folder of the server's files.
  let script: String
  var isCaught = true
  let shows: @Sendable (Leak) -> Bool

  struct Kind: Sendable, CustomStringConvertible {
    let front: Oracle.Front
    let backend: Oracle.Backend
    let mutants: [OracleMutant]
    var description: String { "\(front.rawValue), \(backend.rawValue)" }
  }

  private init(
    _ name: String, _ script: String, isCaught: Bool = true,
    shows: @escaping @Sendable (Leak) -> Bool
  ) {
    (self.name, self.script, self.isCaught, self.shows) = (name, script, isCaught, shows)
  }

  private init(_ name: String, _ script: String, _ complaint: OracleList.Complaint) {
    self.init(name, script) { $0.complaints.contains(complaint) }
  }

  static let all = [
    Kind(front: .nginx, backend: .fastCGI, mutants: nginx),
    Kind(front: .nginx, backend: .builtIn, mutants: [path]),
    Kind(front: .apache, backend: .fastCGI, mutants: apacheFastCGI),
    Kind(front: .apache, backend: .builtIn, mutants: apache),
  ]

  private static let isAdministration: @Sendable (Leak) -> Bool = { leak in
    [leak.reading.path, leak.reading.olderPath].contains {
      $0.hasPrefix("/dashboard") || $0.hasPrefix("/auth")
    }
  }

  /// Files by the words of the former version: dots and programs anywhere.
  private static let paths = """
    sed -i -E 's,\\(/\\[.w-\\]\\[.w@-\\]\\*\\)\\*/\\[.w-\\]\\[.w@.-\\]\\*,(/[\\\\w-][\\\\w@.-]*)+,; s/ file;/ 1;/; s/ CACHET_MFA_FILE//' cachet-*.conf
    grep -q '@.-\\]\\*)+' cachet-2.4.conf
    [ ! -e http.conf ] || sed -i 's/ odd;/ "";/' http.conf
    """
  private static let path = OracleMutant("the rule for files", paths, shows: isAdministration)

  private static let nginx = [
    OracleMutant(
      "the rule for files, which FastCGI does not need", paths, isCaught: false,
      shows: isAdministration),
    OracleMutant(
      "this and the script's name", "\(paths)\nsed -i /SCRIPT_NAME/d script.conf",
      shows: isAdministration),
    OracleMutant(
      "the list of headers", "sed -i /pass_request_headers/d headers-open.conf", .header),
    OracleMutant(
      "the rule for bodies",
      "sed -i '/pass_request_body/d; /CONTENT_TYPE \"\"/d; /CONTENT_LENGTH \"\"/d; /Content-Length \"\"/d' guard.conf",
      .body),
    OracleMutant("the kind of form", "sed -i 's/ POST (?i:.*)\\$\"/ POST \"/' http.conf", .body),
    OracleMutant("the method", "sed -i '/override POST/Id' guard.conf", .method),
    OracleMutant("the rule for passwords", "sed -i '/basic/d' http.conf", .password),
  ]

  private static let apacheFastCGI = [
    OracleMutant(
      "the rule for passwords in variables", "sed -i /ProxyFCGISetEnvIf/d guard.conf", .password)
  ]

  private static let apache = [
    path,
    OracleMutant("the rule for bodies", "sed -i /Transfer-Encoding/d guard.conf", .body),
    OracleMutant(
      "the rules for names", "sed -i '/^SetEnvIf \"/d' guard.conf\nsed -i '/[._]/d' headers.conf",
      .claim),
    OracleMutant(
      "the list of names, where the last has no value", "sed -i '/[._]/d' headers.conf", .method),
    OracleMutant(
      "the rule for what mod_proxy leaves out", "sed -i /HTTP:Connection/d guard.conf", .method),
    OracleMutant("the method", "sed -i '/Override POST/d' guard.conf", .method),
    OracleMutant("the kind of form", "sed -i /CACHET_MFA_FORM/d guard.conf", .body),
    OracleMutant(
      "the rule for passwords",
      "sed -i 's/ || %{HTTP:Authorization} =~ [^&]*&&/) \\&\\&/' guard.conf",
      .password),
    OracleMutant("the rule for sessions", "sed -i '/edit. Cookie/d' guard.conf", .password),
  ]
}
