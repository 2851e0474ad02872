public import Store

/// What a person must hear when a session opens: what happened to the account since the last one.
public enum SessionNotices {
  /// Shows each notice for the account of `request` through `show`, and takes it back.
  ///
  /// A notice is a courtesy: what cannot be read is not shown, and stays.
  public static func run(
    _ request: Request, at location: StoreLocation, show: (borrowing TextLine) -> Void
  ) {
    guard case .found(let account) = request.account else { return }
    do throws(StoreFailure) {
      guard let record = try Store.record(of: account.name, uid: account.uid, at: location) else {
        return
      }
      let notices = try record.state.notices()
      if notices.isEmpty { return }
      if notices.contains(.invitationUsed) {
        show(line("an invitation opened a sign-in to this account"))
      }
      if notices.contains(.recoveryCodeUsed) { show(try recoveryCodeUsed(record)) }
      if notices.contains(.recoveryCodesReplaced) {
        show(line("the recovery codes were replaced; the old ones are void"))
      }
      if notices.contains(.factorAdded) { show(line("a factor was added to this account")) }
      if notices.contains(.factorRemoved) { show(line("a factor was removed from this account")) }
      try record.state.clear(notices)
    } catch {
      return
    }
  }

  private static func line(_ text: StaticString) -> TextLine {
    var line = TextLine()
    line.append("cachet-mfa: ")
    line.append(text)
    return line
  }

  private static func recoveryCodeUsed(_ record: borrowing Record) throws(StoreFailure) -> TextLine
  {
    var text = line("a recovery code was used")
    if let set = record.credentials.set(of: .recovery), let used = try record.state.used(of: set) {
      text.append(", ")
      text.append(Int64(set.hashes.count - used.nonzeroBitCount))
      text.append(" left")
    }
    return text
  }
}
