public import OTP
public import Store

/// The line that each decision leaves in the journal: logfmt, documented in docs/formats.md.
public enum AuditLine {
  /// `door` is `nil` where nobody got as far as to know it: then it is not known either whether a
  /// first factor is proven, which at some doors is for sshd to say.
  @inline(never)
  public static func text(
    _ event: StaticString, _ decision: Decision, _ request: Request, _ door: Door?,
    option: Quoted? = nil
  ) -> TextLine {
    var line = TextLine()
    line.append("event=")
    line.append(event)
    line.append(" outcome=")
    line.append(decision.outcome.name)
    line.field(" user=", request.canonicalUser)
    line.field(" service=", request.service)
    if let door {
      line.append(" door=")
      line.append(door.name)
    }
    line.field(" rhost=", request.rhost)
    line.field(" tty=", request.tty)
    line.field(" ruser=", request.ruser)
    line.append(" factor=")
    line.append(use: decision.use)
    line.append(reasonOf: decision)
    line.field(" option=", option)
    if let door {
      let isProven = request.isProven(at: door) || decision.provesPassword
      line.append(isProven ? " first-factor=proven" : " first-factor=unproven")
    }
    if let attempts = decision.attempts {
      line.append(" attempts=")
      line.append(decimal: Int64(attempts))
    }
    if let wait = decision.wait {
      line.append(" wait=")
      line.append(decimal: Int64(wait))
    }
    if let offset = decision.offset {
      line.append(" offset=")
      line.append(decimal: Int64(offset))
    }
    return line
  }
}

extension Request {
  /// The account's own spelling of the name, or what was given where there is no account.
  var canonicalUser: Quoted {
    switch account {
    case .found(let account): account.name.withBytes { Quoted($0) }
    case .unknown, .oversized, .failed: user
    }
  }
}

extension TextLine {
  /// Appends a field, if it is there; quoted where it holds anything but plain characters.
  @inline(never)
  public mutating func field(_ key: StaticString, _ value: Quoted?) {
    guard let value else { return }
    append(key)
    value.withBytes { (text: Span<UInt8>) in append(value: text) }
  }

  private mutating func append(value text: Span<UInt8>) {
    var isPlain = text.count > 0
    var i = 0
    while i < text.count {
      isPlain = isPlain && TextLine.isPlain(text[i])
      i += 1
    }
    if isPlain { return append(printable: text) }
    append(UInt8(ascii: "\""))
    i = 0
    while i < text.count {
      if text[i] == UInt8(ascii: "\"") || text[i] == UInt8(ascii: "\\") {
        append(UInt8(ascii: "\\"))
      }
      append(printable: text.extracting(i..<(i + 1)))
      i += 1
    }
    append(UInt8(ascii: "\""))
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "/"), UInt8(ascii: "@"),
      UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  mutating func append(use: Decision.Use?) {
    switch use {
    case .none: append("none")
    case .totp(let id):
      append("totp:")
      append(decimal: Int64(id.rawValue))
    case .recoveryCode(let index):
      append("recovery:")
      append(decimal: Int64(index))
    case .invitation: append("invitation")
    }
  }

  /// Appends `reason=` and what belongs to it.
  @inline(never)
  public mutating func append(reasonOf decision: Decision) {
    append(" reason=")
    append(decision.reason.name)
    switch decision.detail {
    case .none: break
    case .store(let failure):
      append(" part=")
      append(failure.part.name)
      append(" defect=")
      append(failure.defect.name)
      if let number = failure.defect.number {
        append(":")
        append(decimal: number)
      }
    case .line(let line):
      append(" line=")
      append(decimal: Int64(line))
    case .errno(let code):
      append(" errno=")
      append(decimal: Int64(code))
    }
  }
}
