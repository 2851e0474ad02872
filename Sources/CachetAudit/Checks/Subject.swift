/// All that a look may see.
struct Subject: Sendable {
  let installation: Installation
  let configuration: Configuration
  var options = Options()

  /// What a run may be told beside the folder.
  struct Options: Sendable {
    var passwordRule = PasswordRule()
    /// The account of the PHP processes.
    var webUser = "www-data"
    /// The host whose logs are looked at.
    var hostRoot = "/"
    /// Reviewed features; `nil` where there is no such file.
    var features: FeatureReview?
    /// How old a review may be, in days.
    var reviewDays = 180
    /// Since when each secret is known; `nil` where nobody keeps that.
    var ages: SecretAges?
    /// How old a secret may be, in days.
    var rotationDays = 90
    /// What the database says; `nil` where it is not asked.
    var database: Result<LiveDatabase, Obstacle>?
    /// The file of the last review of the trail, and what it says: nothing where nobody has reviewed
    /// it yet. `nil` where no file is given.
    var trail: (path: String, mark: TrailMark?)?
    /// How old that review may be, in days.
    var trailDays = 7
    var now = Moment.now
    /// Known holes in packages.
    var advisories: Result<Advisories, Obstacle> = .success(Advisories([]))
    /// How old their list may be, in days.
    var advisoryDays = 180
    /// The version of PHP that serves Cachet, where somebody gave it.
    var php: String?
    /// The configuration of the web server; `nil` where none was found or given.
    var webServer: Result<WebServer, Obstacle>?
  }

  var folder: Folder { installation.folder }

  func setting(_ names: String...) -> Setting { configuration.setting(anyOf: names) }
}
