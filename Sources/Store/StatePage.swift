internal import CPlatform
internal import OTP

/// The page that remembers what a sign-in changes: no lock, one aligned word per fact.
///
/// Words change by compare-and-swap on the shared mapping; who stops or dies in between holds up
/// nobody. Layout: docs/formats.md.
@safe public struct StatePage: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private let descriptor: Int32
  private let word: StateWord

  public static var file: FileName { FileName("state") }
  static let length = 4096
  static let words = 512
  /// Words with a checksum; the others are zero.
  static let used = 64
  static let magic: UInt64 = 0x434D_4641_5331  // "CMFAS1"

  /// Maps the page of `record` in its folder, after every word of it was found sound.
  public init(
    of record: RecordID, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) {
    let file = try folder.openTable(StatePage.file, length: StatePage.length, part: .state)
    let page: UnsafeMutableRawPointer
    let word = StateWord(record: record)
    do throws(StoreFailure) {
      unsafe page = try StatePage.map(file)
      do throws(StoreFailure) {
        try unsafe StatePage.check(page, word)
      } catch {
        unsafe munmap(page, StatePage.length)
        throw error
      }
    } catch {
      close(file)
      throw error
    }
    self.word = word
    descriptor = file
    unsafe base = page
  }

  deinit {
    unsafe munmap(base, StatePage.length)
    close(descriptor)
  }

  /// Creates the page of `record`, all facts unknown, whole and on disk.
  public static func create(
    for record: RecordID, in folder: borrowing TrustedFolder
  ) throws(StoreFailure) {
    let word = StateWord(record: record)
    var page = InlineArray<4096, UInt8>(repeating: 0)
    var place = 0
    while place < used {
      let encoded = word.encoded(place == 0 ? magic : 0, at: place)
      var i = 0
      while i < 8 {
        page[8 * place + i] = UInt8(truncatingIfNeeded: encoded >> UInt64(8 * i))
        i += 1
      }
      place += 1
    }
    try folder.create(file, with: page.span, part: .state)
  }

  /// Reads the file once, so that a bad block is an error and not SIGBUS, then maps it.
  private static func map(_ descriptor: Int32) throws(StoreFailure) -> UnsafeMutableRawPointer {
    var room = InlineArray<4096, UInt8>(repeating: 0)
    var span = room.mutableSpan
    var got = -1
    repeat {
      got = unsafe span.withUnsafeMutableBytes { bytes in
        unsafe pread(descriptor, bytes.baseAddress, bytes.count, 0)
      }
    } while got < 0 && last_errno() == EINTR
    guard got >= 0 else { throw StoreFailure(.state, .unreadable(errno: last_errno())) }
    guard got == length else { throw StoreFailure(.state, .truncated) }
    return try unsafe TrustedFolder.mapTable(descriptor, length: length, part: .state)
  }

  private static func check(
    _ page: UnsafeMutableRawPointer, _ word: StateWord
  ) throws(StoreFailure) {
    var place = 0
    while place < words {
      let found = unsafe word_load(page + 8 * place)
      let sound =
        place >= used
        ? found == 0
        : place == 0
          ? found == word.encoded(magic, at: 0) : word.decoded(found, at: place) != nil
      guard sound else {
        throw StoreFailure(.state, .brokenWord(place: Int32(truncatingIfNeeded: place)))
      }
      place += 1
    }
  }

  /// The value at `place`.
  @inline(never)
  func value(at place: Int) throws(StoreFailure) -> UInt64 {
    guard place > 0, place < StatePage.used,
      let value = word.decoded(unsafe word_load(base + 8 * place), at: place)
    else { throw StoreFailure(.state, .brokenWord(place: Int32(truncatingIfNeeded: place))) }
    return value
  }

  /// Changes the value at `place` to what `change` makes of it, in one swap.
  ///
  /// `change` may be asked again with a newer value; `nil` leaves the word. Returns whether it
  /// changed.
  @discardableResult
  @inline(never)
  func update(
    _ place: Int, _ change: (UInt64) -> UInt64?
  ) throws(StoreFailure) -> Bool {
    while true {
      guard place > 0, place < StatePage.used else {
        throw StoreFailure(.state, .brokenWord(place: Int32(truncatingIfNeeded: place)))
      }
      let found = unsafe word_load(base + 8 * place)
      guard let value = word.decoded(found, at: place) else {
        throw StoreFailure(.state, .brokenWord(place: Int32(truncatingIfNeeded: place)))
      }
      guard let new = change(value) else { return false }
      if unsafe word_swap(base + 8 * place, found, word.encoded(new, at: place)) { return true }
    }
  }

  /// Puts the page on disk.
  public func sync() throws(StoreFailure) {
    while fdatasync(descriptor) != 0 {
      if last_errno() == EINTR { continue }
      throw TrustedFolder.unwritable(.state, last_errno())
    }
  }
}
