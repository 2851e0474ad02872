/// Known holes as a file tells them: ours, which has a day of its own, OSV's JSON, or what
/// `composer audit --format=json` prints.
struct AdvisoryList: Sendable {
  var advisories: [Advisory] = []
  /// The day that it was up to date; `nil` where the file's own date tells it.
  var published: Day?
  /// Until when a series of PHP or of Laravel gets corrections of its holes.
  var lifetimes: [String: [String: Day]] = [:]
  /// Until when a distribution corrects the PHP that it brings along: its name and version.
  var distributions: [Distribution] = []

  struct Distribution: Sendable, Equatable {
    let system: String
    let php: String
    let until: Day
  }

  struct Refusal: Error, Equatable { let what: String }

  private static let most = 50_000

  init(_ bytes: [UInt8]) throws(Refusal) {
    let json: JSONValue
    do { json = try JSONValue(bytes) } catch {
      throw Refusal(what: "is no JSON (line \(error.line))")
    }
    if json["published"] != nil, let list = json["advisories"]?.elements {
      try readOurs(json, list)
    } else if let advisories = json["advisories"] {
      try readComposer(advisories)
    } else if let entries = json.elements ?? json["vulns"]?.elements
      ?? (json["affected"] == nil ? nil : [json])
    {
      for entry in entries { try readOSV(entry) }
    } else {
      throw Refusal(what: "is neither OSV's JSON nor that of 'composer audit'")
    }
    guard advisories.count <= Self.most else {
      throw Refusal(what: "has more than \(Self.most) entries: take those of Packagist")
    }
  }

  // MARK: - Ours

  private mutating func readOurs(_ json: JSONValue, _ list: [JSONValue]) throws(Refusal) {
    guard let published = json["published"]?.text.flatMap({ Day($0) }) else {
      throw Refusal(what: "has no day as 'published'")
    }
    self.published = published
    for entry in list {
      try add(
        id: entry["id"]?.text, package: entry["package"]?.text,
        affected: entry["affected"]?.text.flatMap { AffectedVersions(constraint: $0) },
        severity: entry["severity"]?.text, isExploited: entry["exploited"] == .bool(true))
    }
    for (name, series) in json["lifetimes"]?.members ?? [:] {
      for (series, end) in series.members ?? [:] {
        guard let day = end.text.flatMap({ Day($0) }) else {
          throw Refusal(what: "has no day for \(Printable.name(name.utf8))")
        }
        lifetimes[name, default: [:]][series] = day
      }
    }
    for entry in json["distributions"]?.elements ?? [] {
      guard let system = entry["system"]?.text, let php = entry["php"]?.text,
        let until = entry["until"]?.text.flatMap({ Day($0) })
      else { throw Refusal(what: "has a distribution without its day") }
      distributions.append(Distribution(system: system, php: php, until: until))
    }
  }

  // MARK: - composer audit

  /// By package; an empty list where there is none.
  private mutating func readComposer(_ json: JSONValue) throws(Refusal) {
    if json == .array([]) { return }
    guard let packages = json.members else {
      throw Refusal(what: "is not what 'composer audit --format=json' prints")
    }
    for (package, entries) in packages.sorted(by: { $0.key < $1.key }) {
      // A list, or an object with numbers for names where some were ignored.
      guard
        let entries = entries.elements
          ?? entries.members?.sorted(by: { $0.key < $1.key })
          .map(\.value)
      else { throw Refusal(what: "is not what 'composer audit --format=json' prints") }
      for entry in entries {
        try add(
          id: entry["cve"]?.text ?? entry["advisoryId"]?.text, package: package,
          affected: entry["affectedVersions"]?.text.flatMap { AffectedVersions(constraint: $0) },
          severity: entry["severity"]?.text)
      }
    }
  }

  // MARK: - OSV

  /// Open Source Vulnerability format 1.x: of each package of Packagist its ranges and versions.
  private mutating func readOSV(_ json: JSONValue) throws(Refusal) {
    guard let id = json["id"]?.text, let affected = json["affected"]?.elements else {
      throw Refusal(what: "is not OSV's JSON: an entry has no id, or nothing that is affected")
    }
    // It was taken back.
    if json["withdrawn"]?.text != nil { return }
    let cve = json["aliases"]?.elements?.compactMap(\.text).first { $0.hasPrefix("CVE-") }
    for entry in affected where entry["package"]?["ecosystem"]?.text == "Packagist" {
      try add(
        id: cve ?? id, package: entry["package"]?["name"]?.text,
        affected: AffectedVersions(osv: entry),
        severity: json["database_specific"]?["severity"]?.text)
    }
  }

  private mutating func add(
    id: String?, package: String?, affected: AffectedVersions?, severity: String?,
    isExploited: Bool = false
  ) throws(Refusal) {
    guard let id, !id.isEmpty, id.utf8.count <= 100, let package, PackageList.isName(package) else {
      throw Refusal(what: "has an entry without an id or a package")
    }
    advisories.append(
      Advisory(
        id: Printable.text(id.utf8, limit: 100), package: package.lowercased(), affected: affected,
        severity: Advisory.severity(severity), isExploited: isExploited))
  }
}

extension AffectedVersions {
  /// `nil` where an entry has neither a range of the ecosystem's versions nor versions, or one of them
  /// is no release.
  init?(osv entry: JSONValue) {
    var events: [Event] = []
    var isKnown = false
    for range in entry["ranges"]?.elements ?? [] where range["type"]?.text == "ECOSYSTEM" {
      isKnown = true
      for event in range["events"]?.elements ?? [] {
        for (name, value) in event.members ?? [:] {
          let kind: Event.Kind
          switch name {
          case "introduced": kind = .introduced
          case "fixed": kind = .fixed
          case "last_affected": kind = .lastAffected
          // Of no consequence to what is affected.
          case "limit": continue
          default: return nil
          }
          guard let text = value.text else { return nil }
          if kind == .introduced, text == "0" {
            events.append(Event(kind: kind, version: nil))
          } else if let version = ComposerVersion(text) {
            events.append(Event(kind: kind, version: version))
          } else {
            return nil
          }
        }
      }
    }
    let versions = entry["versions"]?.elements ?? []
    guard isKnown || !versions.isEmpty else { return nil }
    self = .events(
      events, versions: versions.compactMap { $0.text.flatMap { ComposerVersion($0) } })
  }
}
