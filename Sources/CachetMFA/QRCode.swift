import CQREncode
import OTP

/// The matrix of a QR code (ISO/IEC 18004) by libqrencode: it holds a secret, and is wiped.
@safe final class QRCode {
  private let code: UnsafeMutablePointer<QRcode>
  /// Modules on a side.
  let width: Int
  /// Light modules around it, as the standard wants them.
  static let quiet = 4

  /// The smallest code that holds `text`; nil where there is none or no memory.
  init?(_ text: Span<UInt8>) {
    let made = unsafe text.withUnsafeBufferPointer { bytes in
      unsafe QRcode_encodeData(Int32(bytes.count), bytes.baseAddress, 0, QR_ECLEVEL_L)
    }
    guard let made = unsafe made else { return nil }
    unsafe code = made
    unsafe width = Int(made.pointee.width)
  }

  deinit {
    if let modules = unsafe code.pointee.data {
      var all = unsafe MutableSpan(_unsafeStart: modules, count: width * width)
      cleanse(&all)
    }
    unsafe QRcode_free(code)
  }

  /// Whether the module is dark; those around the code are light.
  func isDark(_ row: Int, _ column: Int) -> Bool {
    guard (0..<width).contains(row), (0..<width).contains(column),
      let modules = unsafe code.pointee.data
    else { return false }
    return unsafe modules[row * width + column] & 1 == 1
  }

  /// How the code is drawn.
  struct Style {
    /// Half blocks, two modules above each other in one character; else `##` and blanks.
    var blocks: Bool
    /// Black on white whatever the terminal's colours are. Without, a module is drawn in blocks
    /// for light terminals on dark ground, and as `##` for dark ones.
    var colours: Bool
  }

  /// Columns that the code takes, its quiet zone included.
  func columns(_ style: Style) -> Int { (width + 2 * QRCode.quiet) * (style.blocks ? 1 : 2) }

  /// Draws the code line by line.
  func draw(_ style: Style, on sheet: Sheet) {
    let range = -QRCode.quiet..<(width + QRCode.quiet)
    for row in stride(from: range.lowerBound, to: range.upperBound, by: style.blocks ? 2 : 1) {
      if style.colours, style.blocks { sheet.append("\u{1b}[30;107m") }
      for column in range {
        if style.blocks {
          sheet.append(block(row, column, style))
        } else {
          sheet.append(cell(row, column, style))
        }
      }
      if style.colours { sheet.append("\u{1b}[0m") }
      sheet.append("\n")
    }
  }

  private func block(_ row: Int, _ column: Int, _ style: Style) -> String {
    // The last row of an odd height stands alone: below it nothing is drawn.
    let upper = isDark(row, column)
    let lower = isDark(row + 1, column)
    let inverse = !style.colours
    switch (upper != inverse, lower != inverse) {
    case (true, true): return "\u{2588}"
    case (true, false): return "\u{2580}"
    case (false, true): return "\u{2584}"
    case (false, false): return " "
    }
  }

  private func cell(_ row: Int, _ column: Int, _ style: Style) -> String {
    let dark = isDark(row, column)
    guard style.colours else { return dark ? "##" : "  " }
    return dark ? "\u{1b}[30;40m##" : "\u{1b}[30;107m  "
  }
}
