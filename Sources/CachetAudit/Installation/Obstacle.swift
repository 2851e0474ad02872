/// Why something could not be looked at. Never a finding, and never 'nothing found'.
enum Obstacle: Error, Equatable {
  case noInstallation(String)
  case unreadable(path: String, errno: Int32)
  case unwritable(path: String, errno: Int32)
  case tooLarge(path: String, limit: Int)
  case notRegular(path: String)
  case environmentFile(path: String, Dotenv.Refusal)
  case features(path: String, FeatureReview.Refusal)
  case damaged(path: String, what: String)
  /// What a database server or its library says, printable.
  case database(String)
}
