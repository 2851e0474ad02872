import ArgumentParser
import CTerminal
import OTP
import Store
import Verifier

struct Enroll: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a factor for an authenticator to scan.",
    discussion: "Shows a QR code; a code from the authenticator confirms it before it is stored.")

  @OptionGroup var whose: Whose
  @Option(help: "What the factor is called, in case there are several.")
  var name: String?
  @Option(help: "The hash: sha1, sha256 or sha512. Not every authenticator knows the larger ones.")
  var algorithm = AlgorithmName.sha1
  @Option(help: "Digits of a code, 6 to 8; without it as policy says.")
  var digits: Int?
  @Option(help: "Seconds for which a code is good, 15 to 300.")
  var period = 30
  @Option(help: "Whose code this is, in the authenticator; without it Cachet and this host's name.")
  var issuer: String?
  @Flag(name: .customLong("no-confirm"), help: "Store the factor without a code.")
  var noConfirm = false
  @OptionGroup var places: Places

  func run() throws(Failure) {
    if places.areTheBrokers {
      guard !noConfirm else { throw .forRoot(option: "--no-confirm") }
      return try ask(Remote(places, whose.typed()))
    }
    let site = try places.site()
    let person = try whose.person(at: site)
    let name = try self.name.map { (typed) throws(Failure) in try FactorName(typed: typed) }
    let output = Output(places)
    // What is wrong on the command line is told before a store is made for it.
    _ = try parameters(Parameters.digitCounts.lowerBound)
    let store = try site.openOrMake()
    let policy = try site.appliedPolicy()
    let parameters = try parameters(policy.digits)
    let factor = NewFactor(site: site, person: person, name: name, output: output)
    try factor.check(store)

    let secret = try freshSecret(parameters)
    try secret.withBytes { (secret: Span<UInt8>) throws(Failure) in
      try withURI(person, parameters, secret) { (uri: Span<UInt8>) throws(Failure) in
        if !(places.json && noConfirm) {
          Enroll.show(uri, secret, person, on: places.json ? 2 : 1)
        }
        let step =
          noConfirm
          ? nil : try Confirmation.ask(secret, parameters, window: policy.window).step
        try factor.store(secret, parameters, confirmed: step, uri: uri, event: "enroll")
      }
    }
  }

  /// The same through the broker, which makes the secret and stores it.
  private func ask(_ remote: Remote) throws(Failure) {
    let name = try self.name.map { (typed) throws(Failure) in try FactorName(typed: typed) }
    // What is wrong on the command line is told before anybody types a code for it.
    let wished = try parameters(Parameters.digitCounts.lowerBound)
    let status = try remote.status()
    let offer = try remote.begin(
      Proof(of: remote.person, .enrolment(status)), name: name, wished, digits: digits)
    let factor = NewFactor(
      site: remote.site, person: remote.person, name: name, output: Output(places))
    try offer.withSecret { (secret: Span<UInt8>) throws(Failure) in
      try withURI(remote.person, offer.parameters, secret) { (uri: Span<UInt8>) throws(Failure) in
        Enroll.show(uri, secret, remote.person, on: places.json ? 2 : 1)
        let confirmed = try Confirmation.ask(secret, offer.parameters, window: offer.window)
        let reply = try remote.finish(offer, confirmed.code, name: name)
        try factor.tell(
          reply.name(), reply.recoveryCodes(), uri: uri,
          withdrewInvitation: status.facts.invitation != nil)
      }
    }
  }

  private func parameters(_ usual: Int) throws(Failure) -> Parameters {
    if let digits, !Parameters.digitCounts.contains(digits) {
      throw .badNumber(option: "--digits", value: digits, allowed: Parameters.digitCounts)
    }
    guard
      let parameters = Parameters(
        algorithm: algorithm.algorithm, digits: digits ?? usual, period: period)
    else { throw .badNumber(option: "--period", value: period, allowed: Parameters.periods) }
    return parameters
  }

  private func freshSecret(_ parameters: Parameters) throws(Failure) -> SecretBytes {
    do throws(OTPFailure) {
      return try SecretBytes(
        count: parameters.algorithm.generatedSecretLength, or: OTPFailure.memory
      ) { (room: inout MutableSpan<UInt8>) throws(OTPFailure) in try fillRandom(&room) }
    } catch {
      throw .crypto(error)
    }
  }

  /// Lends the URI; its room is wiped.
  private func withURI(
    _ person: Person, _ parameters: Parameters, _ secret: Span<UInt8>,
    _ body: (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let issuer = self.issuer ?? Enroll.usualIssuer
    var room = [UInt8](repeating: 0, count: OtpauthURI.longest)
    var span = room.mutableSpan
    defer { cleanse(&span) }
    let count: Int
    do throws(URIFailure) {
      count = try person.account.name.withBytes { (account: Span<UInt8>) throws(URIFailure) in
        try OtpauthURI.write(
          issuer: Array(issuer.utf8).span, account: account, parameters: parameters,
          secret: secret, into: &span)
      }
    } catch {
      switch error {
      case .nameTooLong, .nameNotText, .colonInName: throw .badIssuer(issuer)
      case .tooLong, .foreignByte, .malformedEscape, .notOtpauth, .counterBased, .unknownType,
        .noAccount, .malformedParameter, .duplicateParameter, .noSecret, .malformedSecret,
        .secretTooShort, .secretTooLong, .unknownAlgorithm, .badDigits, .badPeriod, .noMemory:
        throw .uri(error)
      }
    }
    try body(span.span.extracting(0..<count))
  }

  private static var usualIssuer: String {
    var room = [CChar](repeating: 0, count: 65)
    unsafe host_name(&room, room.count)
    let name = text(ofC: room)
    return name.isEmpty ? "Cachet" : "Cachet \(name)"
  }

  /// The QR code, the URI, and the secret to type where nothing can be scanned.
  private static func show(
    _ uri: Span<UInt8>, _ secret: Span<UInt8>, _ person: Person, on descriptor: Int32
  ) {
    let sheet = Sheet()
    sheet.append("a new factor for \(person.name): scan this with the authenticator\n\n")
    let style = QRCode.Style(
      blocks: Terminal.writesUTF8, colours: Terminal.takesColours(descriptor))
    if let code = QRCode(uri) {
      if let columns = Terminal.columns(descriptor), columns < code.columns(style) {
        sheet.append(
          "the terminal has \(columns) columns and the QR code needs \(code.columns(style)): "
            + "widen it, or use the URI\n")
      } else {
        code.draw(style, on: sheet)
      }
    }
    sheet.append("\n  ")
    sheet.append(uri)
    sheet.append("\n\nor type this secret:\n\n  ")
    var text = [UInt8](repeating: 0, count: Base32.encodedLength(of: secret.count))
    var span = text.mutableSpan
    if let count = try? Base32.encode(secret, into: &span) {
      var i = 0
      while i < count {
        if i > 0, i % 4 == 0 { sheet.append(" ") }
        sheet.append(span[i])
        i += 1
      }
    }
    cleanse(&span)
    sheet.append("\n\n")
    sheet.write(to: descriptor)
  }
}

/// The hash as it is typed.
enum AlgorithmName: String, ExpressibleByArgument, CaseIterable {
  case sha1, sha256, sha512

  init?(argument: String) {
    self.init(rawValue: argument.lowercased().split(separator: "-").joined())
  }

  var algorithm: HashAlgorithm {
    switch self {
    case .sha1: .sha1
    case .sha256: .sha256
    case .sha512: .sha512
    }
  }
}
