extension Check {
  static let exposure = permissions + publicFolder + requests + logFiles
}
