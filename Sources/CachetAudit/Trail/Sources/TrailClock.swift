import Foundation

/// What a time on the wall means where Cachet runs.
struct TrailClock: Sendable {
  let zone: TimeZone

  static let utc = TrailClock(zone: .gmt)

  /// 2.3 writes UTC; later releases the zone in `APP_TIMEZONE`, or UTC.
  init(of configuration: Configuration, line: Installation.Line) throws(Obstacle) {
    let setting = configuration.setting("APP_TIMEZONE")
    guard line != .two3, let text = setting.value.text, !text.bytes.isEmpty else {
      self = .utc
      return
    }
    guard let zone = TimeZone(identifier: String(decoding: text.bytes, as: UTF8.self)) else {
      throw .damaged(path: setting.place.words, what: "APP_TIMEZONE is no time zone known here")
    }
    self.init(zone: zone)
  }

  init(zone: TimeZone) { self.zone = zone }

  /// Of an hour that comes twice, in autumn, the first.
  func moment(of local: LocalTime) -> Moment {
    let utc = local.inUTC
    guard zone != .gmt else { return utc }
    func offset(at seconds: Int) -> Int {
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }
    // The offset of a day before is that of summer until the hour comes again.
    let early = utc.seconds - offset(at: utc.seconds - 86_400)
    if offset(at: early) == utc.seconds - early { return Moment(seconds: early) }
    return Moment(seconds: utc.seconds - offset(at: early))
  }
}
