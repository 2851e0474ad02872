import Glibc

/// What a time on the wall means where Cachet runs.
struct TrailClock: Sendable {
  private let isUTC: Bool

  static let utc = TrailClock(isUTC: true)

  private init(isUTC: Bool) { self.isUTC = isUTC }

  /// 2.3 writes UTC; later releases the zone in `APP_TIMEZONE`, or UTC. It becomes that of this
  /// process: the system's library reads the rules of zones, and reads them for one at a time.
  init(of configuration: Configuration, line: Installation.Line) throws(Obstacle) {
    let setting = configuration.setting("APP_TIMEZONE")
    guard line != .two3, let text = setting.value.text, !text.bytes.isEmpty else {
      self = .utc
      return
    }
    let name = String(decoding: text.bytes, as: UTF8.self)
    guard name != "UTC" else {
      self = .utc
      return
    }
    let isName =
      name.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
          || [0x2B, 0x2D, 0x2F, 0x5F].contains(byte)
      } && !name.hasPrefix("/")
    // The library takes what it does not know for UTC.
    guard isName, unsafe access("/usr/share/zoneinfo/\(name)", R_OK) == 0 else {
      throw .damaged(path: setting.place.words, what: "APP_TIMEZONE is no time zone of this host")
    }
    unsafe setenv("TZ", name, 1)
    tzset()
    isUTC = false
  }

  func moment(of local: LocalTime) -> Moment {
    guard !isUTC else { return local.inUTC }
    // Which of the two, in an hour that comes twice in autumn, nobody can tell.
    var parts = unsafe tm(
      tm_sec: Int32(local.second), tm_min: Int32(local.minute), tm_hour: Int32(local.hour),
      tm_mday: Int32(local.day), tm_mon: Int32(local.month - 1), tm_year: Int32(local.year - 1900),
      tm_wday: 0, tm_yday: 0, tm_isdst: -1, tm_gmtoff: 0, tm_zone: nil)
    return Moment(seconds: unsafe mktime(&parts))
  }
}
