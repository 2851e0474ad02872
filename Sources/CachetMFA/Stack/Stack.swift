/// The lines that libpam goes through for one service: its file and all that this includes, read as
/// Debian's libpam reads them (1.5 and 1.7).
struct Stack {
  enum Kind: String, CaseIterable { case auth, account, password, session }

  /// A line of a file.
  struct Place: Hashable {
    let file: String
    let line: Int
  }

  /// One step of a stack.
  struct Handler: Equatable {
    enum Role {
      case module
      /// libpam could not read the line, and refuses when it comes to it.
      case mustFail
      /// Where a substack begins: nothing is asked, and a jump counts the substack as one line.
      case substack
    }

    let role: Role
    let control: Control
    /// As the line writes it; empty where there is none.
    let module: String
    let arguments: [String]
    /// In how many substacks it is.
    let level: Int
    /// Where it stands, from the service's own file on: the lines that include it, and its own last.
    let places: [Place]

    var place: Place { places[places.count - 1] }
    /// The module's file without its folder.
    var name: String { module.split(separator: "/").last.map(String.init) ?? "" }
  }

  private var own: [Kind: [Handler]] = [:]
  private var others: [Kind: [Handler]] = [:]
  /// The line for which libpam gives up: the service refuses everybody.
  private(set) var broken: Place?
  /// Lines that libpam 1.5 and 1.7 read in different ways.
  private(set) var unclear: [Place] = []
  /// The service's own file.
  let file: String

  /// Reads the stack of `service`, as libpam spells it; `nil` where it has no file.
  init?(of service: String, in files: StackFiles) {
    guard let (path, text) = files.service(service) else { return nil }
    file = path
    var reader = StackReader(files)
    do throws(StackReader.Stop) {
      try reader.read(text, at: path)
      own = reader.handlers
      if let (path, text) = files.service("other") {
        reader.handlers = [:]
        try reader.read(text, at: path)
        others = reader.handlers
      }
    } catch {
      broken = error.place
    }
    unclear = reader.unclear
  }

  /// The steps of one kind. A service that has no line of a kind follows the service `other`.
  subscript(kind: Kind) -> [Handler] { own[kind] ?? others[kind] ?? [] }
}
