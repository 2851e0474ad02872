import Store
import Verifier

/// The stacks of this host that our lines stand in, or should.
struct StackCheck {
  /// A way past us, and how it is closed.
  struct Doubt: Equatable {
    let service: String
    let words: String
    let fix: String

    func write(to json: JSON) {
      json.object {
        json.field("service", service)
        json.field("warning", words)
        json.field("fix", fix)
      }
    }
  }

  let files: StackFiles

  init(_ files: StackFiles = StackFiles()) { self.files = files }

  /// What is wrong at the services that `policy` names, and at those whose file names our module.
  func doubts(_ policy: borrowing Policy) -> [Doubt] {
    var services: [String] = []
    for name in policy.services + files.services.filter(namesUs) where !services.contains(name) {
      services.append(name)
    }
    return services.flatMap { doubts(of: $0) }
  }

  /// What is wrong at `service`; nothing where it has no file.
  func doubts(of service: String) -> [Doubt] {
    guard let stack = Stack(of: service, in: files) else { return [] }
    let review = StackReview(of: service, stack)
    return review.findings().map { finding in
      Doubt(
        service: service, words: printable("\(service): " + finding.words(stack.file)),
        fix: printable(finding.fix(review)))
    }
  }

  /// Whether the file of `service` names our module. What others include is no service, nor is what a
  /// package or an editor has put aside.
  private func namesUs(_ service: String) -> Bool {
    let isAside = [".dpkg-", ".ucf-", ".bak", ".orig", "~"].contains { service.contains($0) }
    guard !service.hasPrefix("common-"), !isAside, let (_, text) = files.service(service) else {
      return false
    }
    return StackText(text).lines.contains { $0.text.contains("pam_cachet_mfa") }
  }

  /// Warns of each.
  static func tell(_ doubts: [Doubt]) {
    for doubt in doubts {
      Terminal.tell("cachet-mfa: warning: \(doubt.words)\ncachet-mfa: hint: \(doubt.fix)\n")
    }
  }
}

extension Policy {
  /// The PAM services that it names, as libpam spells them, each once.
  fileprivate var services: [String] {
    var names: [String] = []
    for key in [PolicyKey.door, .brokerAllow, .session, .selfServices] {
      eachEntry(of: key) { (name, rule) in
        let name = key == .brokerAllow ? Policy.names(ofRule: text(rule))[1] : text(name)
        let service = name.lowercased()
        // The name of `verify` and self-service, which do not ask libpam.
        if service != "cachet-mfa", !names.contains(service) { names.append(service) }
        return true
      }
    }
    return names
  }
}
