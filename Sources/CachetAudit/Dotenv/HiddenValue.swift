/// A value of the configuration. It can be judged, and it cannot be printed: whatever describes it
/// tells its length alone, so that no report, no error and no debugger line shows a secret.
struct HiddenValue: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  let bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  var description: String { "(\(bytes.count) bytes, not shown)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }

  /// The whole value compared, however early it differs.
  func isSame(as other: HiddenValue) -> Bool {
    guard bytes.count == other.bytes.count else { return false }
    var difference: UInt8 = 0
    for (one, another) in zip(bytes, other.bytes) { difference |= one ^ another }
    return difference == 0
  }
}
