/// A user's share of `self.sock`: of the connections that are served there at a time, no more than
/// these are of one user.
public enum Share {
  public static var file: FileName { Places.file }
  /// Connections of one user.
  static var most: Int { 8 }

  /// Takes one for `uid`, for as long as this process lives; `false` where all of them are taken.
  public static func take(
    for uid: UInt32, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) -> Bool {
    try Places(in: folder).take(in: Places.Row(start: Int(uid) * most, places: most))
  }
}
