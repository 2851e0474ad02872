/// The lines that libpam goes through for one service: its file and all that this includes, read as
/// Debian's libpam reads them (1.5 and 1.7).
struct Stack {
  enum Kind: String, CaseIterable { case auth, account, password, session }

  /// A line of a file.
  struct Place: Hashable {
    let file: String
    let line: Int
  }

  /// A place that is not judged.
  struct Unclear: Equatable {
    enum Reason: String {
      /// libpam 1.5 and 1.7 end the line at different places.
      case interrupted
      /// libpam 1.5 reads it in pieces.
      case long
      /// Files include one another deeper than libpam 1.7 follows them, or without end.
      case deep
      /// The file is there and cannot be read.
      case unreadable
      /// There are more lines than are looked at.
      case many
    }

    let place: Place
    let reason: Reason
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
  /// Lines that cannot be judged, and why.
  private(set) var unclear: [Unclear] = []
  /// The service's own file, or that of `other` where it has none.
  let file: String
  /// Whether the service has a file of its own. One that has none follows `other`.
  let hasFile: Bool

  /// Reads the stack of `service`, as libpam spells it; `nil` where neither it nor `other` has a file.
  init?(of service: String, in files: StackFiles) {
    let other = files.service("other")
    let its = files.service(service)
    guard let first = its ?? other else { return nil }
    file = first.path
    hasFile = its != nil
    var reader = StackReader(files)
    do throws(StackReader.Stop) {
      if let its { own = try reader.handlers(of: its) }
      if let other { others = try reader.handlers(of: other) }
    } catch {
      broken = error.place
    }
    unclear = reader.unclear
  }

  /// Every file that its own lines stand in.
  var files: Set<String> { Set(own.values.joined().flatMap { $0.places.map(\.file) }) }

  /// The steps of one kind. A service that has no line of a kind follows the service `other`.
  subscript(kind: Kind) -> [Handler] { own[kind] ?? others[kind] ?? [] }
}
