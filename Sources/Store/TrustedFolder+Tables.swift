internal import CPlatform

/// Files of a fixed length that are changed in place, or only locked: the state page, the two tables,
/// and the shares.
extension TrustedFolder {
  /// Opens the table `name` of `length` bytes to read and to write.
  borrowing func openTable(
    _ name: FileName, length: Int, part: StoreFailure.Part
  ) throws(StoreFailure) -> Int32 {
    let file = try open(name, writing: true, part: part)
    guard file.size == Int64(length) else {
      close(file.descriptor)
      throw StoreFailure(part, file.size < Int64(length) ? .truncated : .tooLarge)
    }
    return file.descriptor
  }

  /// Opens the table `name`; where it is not there, `make` makes it, or somebody else did meanwhile.
  borrowing func openTable(
    _ name: FileName, length: Int, part: StoreFailure.Part,
    orMake make: () throws(StoreFailure) -> Void
  ) throws(StoreFailure) -> Int32 {
    do throws(StoreFailure) { return try openTable(name, length: length, part: part) } catch {
      guard case .missing = error.defect else { throw error }
    }
    do throws(StoreFailure) { try make() } catch {
      guard case .exists = error.defect else { throw error }
    }
    return try openTable(name, length: length, part: part)
  }

  /// Maps an open table, once it is certain that its file system has room for what is written there.
  @unsafe static func mapTable(
    _ table: Int32, length: Int, part: StoreFailure.Part
  ) throws(StoreFailure) -> UnsafeMutableRawPointer {
    switch copy_on_write_room(table) {
    case 0, 1: break
    case 2: throw StoreFailure(part, .noRoom)
    default: throw StoreFailure(part, .unreadable(errno: last_errno()))
    }
    guard let base = unsafe map_shared(table, length) else {
      throw StoreFailure(part, .unreadable(errno: last_errno()))
    }
    return unsafe base
  }
}
