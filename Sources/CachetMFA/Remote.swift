import OTP
import Store
import Verifier

/// The broker, as whoever is not root asks it about the account that is theirs.
struct Remote {
  let person: Person
  let site: Site

  /// `typed` may name the caller, and nobody else.
  init(_ places: Places, _ typed: String?) throws(Failure) {
    let caller = try Person.caller()
    if let typed {
      guard case .found(let named) = Account.find(named: Array(typed.utf8).span),
        named.uid == caller.uid
      else { throw .notRoot }
    }
    person = caller
    site = try Site(places)
  }

  /// What the broker knows of the caller.
  struct Status {
    let facts: RecordFacts
    /// nil where the policy cannot be read.
    let scope: ScopeFacts?
    /// Whether the password is enough for a first factor.
    let passwordEnrolls: Bool
    /// Why not all of this could be read.
    let trouble: Refusal?
  }

  func status() throws(Failure) -> Status {
    let reply = try exchange(.status) { (_: inout FrameWriter, _: inout MutableSpan<UInt8>) in }
    let lines = reply.lines(.facts) ?? ""
    var scope: ScopeFacts?
    var passwordEnrolls = false
    for line in lines.split(separator: "\n") {
      var words = Words(line)
      switch words.next() {
      case "scope":
        let (name, grace) = (words.next(), words.number())
        scope = ScopeFacts(name, graceEnds: grace > 0 ? grace : nil)
      case "first": passwordEnrolls = words.next() == "password"
      default: break
      }
    }
    return Status(
      facts: RecordFacts(reading: lines), scope: scope, passwordEnrolls: passwordEnrolls,
      trouble: reply.isAccepted ? nil : reply.refusal)
  }

  /// Why `status` knows of no factor at all: there is none, or nobody could look.
  func notEnrolled(_ status: Status) -> Failure {
    status.trouble.map { .broker($0, person, site) } ?? .notEnrolled(person, site)
  }

  /// Throws where `status` knows of no factor called `name`.
  func mustHave(_ name: FactorName, _ status: Status) throws(Failure) {
    guard status.facts.isEnrolled else { throw notEnrolled(status) }
    guard status.facts.factors.contains(where: { $0.name == name.spelled }) else {
      throw .noFactor(name.spelled, person, site)
    }
  }

  /// Has something changed that is enrolled.
  @discardableResult
  func change(
    _ kind: Frame.Kind, _ proof: Proof, name: FactorName? = nil, newName: FactorName? = nil
  ) throws(Failure) -> Reply {
    try accepted(kind) { (writer: inout FrameWriter, room: inout MutableSpan<UInt8>) in
      proof.write(to: &writer, &room)
      writer.add(.name, name, to: &room)
      writer.add(.newName, newName, to: &room)
    }
  }

  /// What the broker decided instead.
  struct Refusal {
    /// nil where the reply names no reason that there is.
    let decision: Decision?
    /// As the reply has it: a reason, and behind it seconds to wait, or what of the store is in trouble.
    let words: String

    func complaint(to person: Person, at site: Site) -> Complaint {
      if let decision, decision.outcome != .unavailable {
        return decision.complaint(of: person, at: site, to: .owner)
      }
      return Complaint(
        "the broker could not do it (\(printable(words)))",
        hint: "the journal says more; root: '\(site.command("status " + shellWord(person.name)))'",
        .unavailable)
    }
  }

  // MARK: a new factor

  /// A secret that the broker made, and stores once a code of it is shown.
  struct Offer {
    let parameters: Parameters
    let window: Int
    fileprivate let reply: Reply

    /// Lends the secret.
    func withSecret(_ body: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
      try reply.with(.secret, body)
    }
  }

  func begin(
    _ proof: Proof, name: FactorName?, _ parameters: Parameters, digits: Int?
  ) throws(Failure) -> Offer {
    var wished = parameters.bytes
    if digits == nil { wished[1] = 0 }
    let reply = try accepted(.begin) {
      (writer: inout FrameWriter, room: inout MutableSpan<UInt8>) in
      proof.write(to: &writer, &room)
      writer.add(.name, name, to: &room)
      writer.add(.parameters, wished.span, to: &room)
    }
    var offered: Parameters?
    var window = 0
    try reply.with(.parameters) { (bytes: Span<UInt8>) in
      offered = Parameters(bytes, usual: 0)
    }
    try reply.with(.window) { (bytes: Span<UInt8>) in window = Int(bytes[0]) }
    guard let offered else { throw .noBroker }
    return Offer(parameters: offered, window: window, reply: reply)
  }

  func finish(_ offer: Offer, _ code: Code, name: FactorName?) throws(Failure) -> Reply {
    var digits = [UInt8](repeating: 0, count: code.digits)
    var span = digits.mutableSpan
    defer { cleanse(&span) }
    code.write(into: &span)
    let typed = span.span
    return try accepted(.finish) {
      (writer: inout FrameWriter, room: inout MutableSpan<UInt8>) throws(Failure) in
      writer.add(.answer, typed, to: &room)
      writer.add(.name, name, to: &room)
      try offer.reply.with(.pending) { (bytes: Span<UInt8>) in
        writer.add(.pending, bytes, to: &room)
      }
    }
  }

  // MARK: the connection

  private func accepted(
    _ kind: Frame.Kind,
    _ write: (inout FrameWriter, inout MutableSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> Reply {
    let reply = try exchange(kind, write)
    guard reply.isAccepted else { throw .broker(reply.refusal, person, site) }
    return reply
  }

  /// Asks once. Never twice: a code may have been used by then.
  private func exchange(
    _ kind: Frame.Kind,
    _ write: (inout FrameWriter, inout MutableSpan<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> Reply {
    var frame: Frame?
    let bytes = try SecretBytes(count: Frame.largest, or: Failure.crypto(.memory)) {
      (room: inout MutableSpan<UInt8>) throws(Failure) in
      var writer = FrameWriter()
      try write(&writer, &room)
      guard let length = writer.finish(kind, in: &room) else { throw .noBroker }
      do throws(Connection.Broken) {
        let broker = try Connection(
          to: RemoteQuestion.selfSocket, seconds: RemoteQuestion.patience)
        try broker.send(room.span.extracting(0..<length))
        frame = try broker.receive(into: &room)
      } catch {
        throw .noBroker
      }
    }
    guard let frame, frame.kind == .reply else { throw .noBroker }
    return Reply(frame, bytes)
  }
}

extension FrameWriter {
  fileprivate mutating func add(
    _ tag: Frame.Tag, _ name: FactorName?, to room: inout MutableSpan<UInt8>
  ) {
    name?.withBytes { (bytes: Span<UInt8>) in add(tag, bytes, to: &room) }
  }
}

/// What the broker replied. Its bytes are wiped with it.
final class Reply {
  private let frame: Frame
  private let bytes: SecretBytes

  fileprivate init(_ frame: Frame, _ bytes: consuming SecretBytes) {
    self.frame = frame
    self.bytes = bytes
  }

  var isAccepted: Bool { outcome == .accepted }

  private var outcome: Decision.Outcome? {
    guard let range = frame[.outcome], range.count == 1 else { return nil }
    return bytes.withBytes { (all: Span<UInt8>) in
      Decision.Outcome(rawValue: all[range.lowerBound])
    }
  }

  /// What was done but for one thing.
  var reason: Reason? { Reason(name: Array((lines(.reason) ?? "").utf8).span) }

  /// Why it was not done.
  var refusal: Remote.Refusal {
    let text = lines(.reason) ?? ""
    var words = Words(text)
    guard let reason = Reason(name: Array(words.next().utf8).span), let outcome else {
      return Remote.Refusal(decision: nil, words: text)
    }
    var decision = Decision(outcome, reason)
    decision.wait = Int32(clamping: words.number())
    return Remote.Refusal(decision: decision, words: text)
  }

  /// The field `tag`, which holds no secret.
  func lines(_ tag: Frame.Tag) -> String? {
    guard let range = frame[tag] else { return nil }
    return bytes.withBytes { (all: Span<UInt8>) in text(all.extracting(range)) }
  }

  /// Lends the field `tag`; a reply without it is none.
  func with(
    _ tag: Frame.Tag, _ body: (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    guard let range = frame[tag], !range.isEmpty else { throw .noBroker }
    try bytes.withBytes { (all: Span<UInt8>) throws(Failure) in try body(all.extracting(range)) }
  }

  func name() throws(Failure) -> FactorName {
    var name: FactorName?
    try with(.name) { (bytes: Span<UInt8>) in name = FactorName(bytes) }
    guard let name else { throw .noBroker }
    return name
  }

  /// The recovery codes that were made; none where the user had some.
  func recoveryCodes() throws(Failure) -> OneTimeSecrets {
    let codes = OneTimeSecrets()
    guard let range = frame[.recoveryCodes], !range.isEmpty else { return codes }
    bytes.withBytes { (all: Span<UInt8>) in
      var start = range.lowerBound
      while start + OneTimeSecret.textLength <= range.upperBound {
        codes.add(all.extracting(start..<(start + OneTimeSecret.textLength)))
        start += OneTimeSecret.textLength
      }
    }
    return codes
  }
}
