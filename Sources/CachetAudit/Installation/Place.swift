/// Where something is: a file of the installation, or one outside it by its whole path.
struct Place: Sendable, Hashable {
  let path: String
  var line: Int?
}
