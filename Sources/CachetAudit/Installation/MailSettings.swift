import FoundationEssentials

/// The relay that mail goes to by SMTP. In 3.x one URL may hold all of it, and wins.
struct MailSettings: Sendable {
  let hostSetting: Setting
  let host: String?
  let passwordSetting: Setting
  let password: HiddenValue?
  /// What names the encryption: MAIL_ENCRYPTION, or the URL's query.
  let encryptionSetting: Setting
  /// `nil` where nothing names it.
  let encryption: String?
  /// MAIL_URL is set, and is no URL: what Cachet makes of it is not known here.
  let hasUnreadURL: Bool

  init(_ configuration: Configuration) {
    let url = configuration.asked("MAIL_URL").flatMap { $0.word == nil ? nil : $0 }
    let parts = url?.word.flatMap { URLComponents(string: $0) }
    hasUnreadURL = url != nil && parts == nil
    func setting(_ part: String?, _ name: String) -> Setting {
      url.flatMap { part == nil ? nil : $0 } ?? configuration.setting(name)
    }
    hostSetting = setting(parts?.host, "MAIL_HOST")
    host = parts?.host ?? hostSetting.word
    passwordSetting = setting(parts?.password, "MAIL_PASSWORD")
    password = parts?.password.map { HiddenValue($0.utf8) } ?? passwordSetting.value.text
    // As PHP reads a query, the last of a name counts; smtps is TLS from the first byte on.
    let named = parts?.queryItems?.last { $0.name == "scheme" || $0.name == "encryption" }?.value
    encryptionSetting = setting(named, "MAIL_ENCRYPTION")
    encryption =
      (named ?? encryptionSetting.value.written.map { String(decoding: $0.bytes, as: UTF8.self) })?
      .lowercased()
  }
}
