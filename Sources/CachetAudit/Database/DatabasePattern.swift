/// A database's name in a grant, in which `_` and `%` stand for others unless they are escaped.
struct DatabasePattern: Sendable, Equatable {
  private enum Piece: Equatable { case character(Character), one, any }
  private let pieces: [Piece]
  let text: String

  init(_ text: String) {
    self.text = text
    var pieces: [Piece] = []
    var isEscaped = false
    for character in text {
      switch character {
      case _ where isEscaped:
        pieces.append(.character(character))
        isEscaped = false
      case "\\": isEscaped = true
      case "_": pieces.append(.one)
      case "%": pieces.append(.any)
      default: pieces.append(.character(character))
      }
    }
    self.pieces = pieces
  }

  /// It names `name` and none beside it.
  func isExactly(_ name: String) -> Bool { pieces == name.map { .character($0) } }

  /// It names `name`, and others only with another character in place of a `_`.
  func isNearly(_ name: String) -> Bool {
    pieces.count == name.count
      && zip(pieces, name).allSatisfy { piece, character in
        piece == .character(character) || piece == .one && character == "_"
      }
  }

  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (piece, place) = (0, 0)
    // The last % so far, and up to where in the name it reaches.
    var wildcard: (piece: Int, place: Int)?
    while place < name.count {
      if piece < pieces.count, pieces[piece] == .any {
        wildcard = (piece, place)
        piece += 1
      } else if piece < pieces.count, [.one, .character(name[place])].contains(pieces[piece]) {
        piece += 1
        place += 1
      } else if let last = wildcard {
        wildcard = (last.piece, last.place + 1)
        (piece, place) = (last.piece + 1, last.place + 1)
      } else {
        return false
      }
    }
    return pieces[piece...].allSatisfy { $0 == .any }
  }
}
