internal import OTP
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
      let order: InlineArray<6, Notice> = [
        .invitationUsed, .recoveryCodeUsed, .recoveryCodesReplaced, .factorAdded, .factorRemoved,
        .factorRenamed,
      ]
      var i = 0
      while i < order.count {
        if notices.contains(order[i]) { show(try line(order[i], record)) }
        i += 1
      }
      // Who came in without an authenticator may be a thief: the owner hears it too.
      if case .factor = try record.state.lastUse()?.use { try record.state.clear(notices) }
    } catch {
      return
    }
  }

  private static func line(
    _ notice: Notice, _ record: borrowing Record
  ) throws(StoreFailure) -> TextLine {
    var line = TextLine()
    line.append("cachet-mfa: ")
    switch notice {
    case .invitationUsed: line.append("an invitation opened a sign-in to this account")
    case .recoveryCodeUsed: try append(recoveryCodeUsed: record, to: &line)
    case .recoveryCodesReplaced:
      line.append("the recovery codes were replaced; the old ones are void")
    case .factorAdded: line.append("a factor was added to this account")
    case .factorRemoved: line.append("a factor was removed from this account")
    case .factorRenamed: line.append("a factor of this account was renamed")
    }
    return line
  }

  private static func append(
    recoveryCodeUsed record: borrowing Record, to line: inout TextLine
  ) throws(StoreFailure) {
    line.append("a recovery code was used")
    if let set = record.credentials.set(of: .recovery), let used = try record.state.used(of: set) {
      line.append(", ")
      line.append(decimal: Int64(set.hashes.count - used.nonzeroBitCount))
      line.append(" left")
    }
  }
}
