import ArgumentParser
import OTP
import Store
import Verifier

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Enrol a factor that exists already, from its otpauth URI.",
    discussion: """
      Without --uri it is asked for and not echoed. A URI on the command line is visible to every \
      process of this host while the command runs: prefer '--uri -'.
      """)

  @OptionGroup var whose: Whose
  @Option(help: ArgumentHelp("The otpauth URI, or - for standard input.", valueName: "uri"))
  var uri: String?
  @Option(help: "What the factor is called, in case there are several.")
  var name: String?
  @Flag(help: "Ask for a code before the factor is stored.")
  var confirm = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    let site = try places.site()
    let person = try whose.person(at: site)
    let name = try self.name.map { (typed) throws(Failure) in try FactorName(typed: typed) }
    let given = try read()
    let store = try site.openOrMake()
    let policy = try site.appliedPolicy()
    let factor = NewFactor(site: site, person: person, name: name, output: Output(places))
    try factor.check(store)

    let parameters = given.parameters
    var room = [UInt8](repeating: 0, count: OtpauthURI.longest)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    let count: Int
    do throws(URIFailure) { count = try given.write(into: &span) } catch { throw .uri(error) }
    let canonical = span.span.extracting(0..<count)
    try given.secret.withBytes { (secret: Span<UInt8>) throws(Failure) in
      let step =
        confirm ? try Confirmation.ask(secret, parameters, window: policy.window).step : nil
      try factor.store(secret, parameters, confirmed: step, uri: canonical, event: "import")
    }
  }

  /// The URI from the command line, standard input or the terminal.
  private func read() throws(Failure) -> OtpauthURI {
    if let uri, uri != "-" { return try parse(Array(uri.utf8).span) }
    var room = [UInt8](repeating: 0, count: OtpauthURI.longest + 64)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    guard uri == "-" || Terminal.canAsk else { throw .nobodyToAsk(.uri) }
    guard let count = Terminal.askSecret("otpauth URI", into: &span), count > 0 else {
      throw .nobodyToAsk(.uri)
    }
    return try parse(span.span.extracting(trimmed(span.span, 0..<count)))
  }

  private func parse(_ text: Span<UInt8>) throws(Failure) -> OtpauthURI {
    do throws(URIFailure) { return try OtpauthURI(parsing: text) } catch { throw .uri(error) }
  }
}
