/// A request as a web server has written it down, in whatever format.
struct AccessRequest {
  let address: ArraySlice<UInt8>
  let user: ArraySlice<UInt8>
  let time: Moment
  let method: ArraySlice<UInt8>
  let target: ArraySlice<UInt8>
  let status: Int
  /// Where the log has it.
  var body: ArraySlice<UInt8> = []

  /// Whatever its letters' case: Apache hands `post` on, and to Laravel it is `POST`.
  func isMethod(_ name: String) -> Bool {
    method.elementsEqual(name.utf8) { $0 == $1 || $0 == $1 | 0x20 }
  }
}
