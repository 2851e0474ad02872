extension Check {
  static let publicFolder: [Check] = [
    Check(
      id: "public-leftovers", family: .exposure, severity: .critical,
      title: "nothing below public/ gives the source or the data away",
      rationale: "the web server hands whatever lies there to anybody who guesses its name",
      fix:
        "move them out of public/; what was there for a while is known, so change the secrets in it",
      reference: "cachet docs, installation: the document root is public/",
      look: { (subject) throws(Obstacle) in
        Verdict(try PublicFiles(folder: subject.folder).leftovers())
      })
  ]
}
