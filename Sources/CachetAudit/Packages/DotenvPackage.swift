extension Dotenv.Dialect {
  /// Of the package `vlucas/phpdotenv` in this version; `nil` where how that one reads is not known
  /// here.
  init?(version: String) {
    guard let numbers = ComposerVersion(version)?.stable else { return nil }
    switch (numbers[0], numbers[1], numbers[2]) {
    case (2, 3...4, _): self = .twoFour
    case (2, 6, 1...6): self = .lenientTwo
    case (2, 6, 7...): self = .two
    case (3, 6, 1...7): self = .lenientThree
    case (3, 6, 8...): self = .three
    case (5, 5...6, _): self = .five
    default: return nil
    }
  }
}
