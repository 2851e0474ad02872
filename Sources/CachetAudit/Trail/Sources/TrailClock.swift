import Glibc

/// What a time on the wall means: where Cachet runs, or on this host.
struct TrailClock: Sendable {
  private enum Zone: Sendable {
    case utc
    /// The value of `TZ`; without one, what /etc/localtime says.
    case variable(String?)
  }

  private let zone: Zone

  static let utc = TrailClock(.utc)

  private init(_ zone: Zone) { self.zone = zone }

  /// That of this host, to be made before any other.
  static func ofHost() -> TrailClock {
    TrailClock(.variable(unsafe getenv("TZ").map { unsafe String(cString: $0) }))
  }

  /// 2.3 writes UTC; later releases the zone in `APP_TIMEZONE`, or UTC.
  init(of configuration: Configuration, line: Installation.Line) throws(Obstacle) {
    let setting = configuration.setting("APP_TIMEZONE")
    guard line != .two3, let text = setting.word, text != "UTC" else {
      self = .utc
      return
    }
    let isName =
      text.utf8.allSatisfy { byte in
        byte.isLetter || byte.isDigit
          || [0x2B, 0x2D, 0x2F, 0x5F].contains(byte)
      } && !text.hasPrefix("/")
    // The library takes what it does not know for UTC.
    guard isName, unsafe access("/usr/share/zoneinfo/\(text)", R_OK) == 0 else {
      throw .damaged(path: setting.place.words, what: "APP_TIMEZONE is no time zone of this host")
    }
    self.init(.variable(text))
  }

  /// The system's library knows the rules of all zones, of one at a time.
  func moment(of local: LocalTime) -> Moment {
    switch zone {
    case .utc: return local.inUTC
    case .variable(let name):
      if let name { unsafe setenv("TZ", name, 1) } else { unsafe unsetenv("TZ") }
      tzset()
    }
    // Which of the two, in an hour that comes twice in autumn, nobody can tell.
    var parts = unsafe tm(
      tm_sec: Int32(local.second), tm_min: Int32(local.minute), tm_hour: Int32(local.hour),
      tm_mday: Int32(local.day), tm_mon: Int32(local.month - 1), tm_year: Int32(local.year - 1900),
      tm_wday: 0, tm_yday: 0, tm_isdst: -1, tm_gmtoff: 0, tm_zone: nil)
    return Moment(seconds: unsafe mktime(&parts))
  }
}
