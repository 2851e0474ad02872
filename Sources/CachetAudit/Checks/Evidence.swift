/// What was seen, where.
struct Evidence: Sendable {
  let place: Place
  /// What it is about, as baselines name it: a variable, a file, an account. No line numbers, which
  /// move, and no secrets.
  let about: String
  let message: String
  /// What the message begins with, where several of one place are told together by people's report:
  /// the rest of each follows it.
  var lead: String?

  /// Names of files, of variables and in tables are whatever somebody wrote.
  init(place: Place, about: String, message: String) {
    self.place = place
    self.about = Printable.text(about.utf8, limit: 400)
    self.message = Printable.text(message.utf8, limit: 400)
  }

  /// About a file or folder as a whole.
  init(_ path: String, _ message: String) {
    self.init(place: Place(path: path), about: path, message: message)
  }
}
