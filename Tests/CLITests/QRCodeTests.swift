import Store
import Testing

@testable import CachetMFA

@Suite struct QRCodeTests {
  private func code() throws -> QRCode {
    let uri = "otpauth://totp/Cachet:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Cachet"
    let code = QRCode(Array(uri.utf8).span)
    return try #require(code)
  }

  /// What is drawn, as rows of dark modules, the quiet zone included.
  private func drawn(_ style: QRCode.Style) throws -> [[Bool]] {
    let code = try code()
    let sheet = Sheet()
    code.draw(style, on: sheet)
    var lines = sheet.withBytes { (bytes: Span<UInt8>) in text(bytes) }
    for escape in ["[30;107m", "[30;40m", "[0m"] {
      lines = lines.split(separator: "\u{1b}" + escape, omittingEmptySubsequences: false).joined()
    }
    var rows: [[Bool]] = []
    for line in lines.split(separator: "\n") {
      guard style.blocks else {
        let cells = Array(line)
        rows.append(stride(from: 0, to: cells.count, by: 2).map { cells[$0] == "#" })
        continue
      }
      let ink = style.colours
      rows.append(line.map { ($0 == "\u{2588}" || $0 == "\u{2580}") == ink })
      rows.append(line.map { ($0 == "\u{2588}" || $0 == "\u{2584}") == ink })
    }
    return rows
  }

  @Test(arguments: [true, false], [true, false])
  func theDrawingIsTheMatrixInAQuietZone(_ blocks: Bool, _ colours: Bool) throws {
    let code = try code()
    let rows = try drawn(QRCode.Style(blocks: blocks, colours: colours))
    #expect(rows.count >= code.width + 2 * QRCode.quiet)
    for (row, modules) in rows.enumerated() {
      #expect(modules.count == code.width + 2 * QRCode.quiet)
      for (column, isDark) in modules.enumerated() {
        #expect(isDark == code.isDark(row - QRCode.quiet, column - QRCode.quiet))
      }
    }
    // A finder pattern in three corners: seven dark modules in a row.
    #expect((0..<7).allSatisfy { code.isDark(0, $0) && code.isDark(code.width - 1, $0) })
    #expect((0..<7).allSatisfy { code.isDark(0, code.width - 1 - $0) })
  }
}
