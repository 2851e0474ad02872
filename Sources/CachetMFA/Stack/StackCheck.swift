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

  /// One program that asks two services, and a person who guards one of them means both.
  private static let pairs = [["sudo", "sudo-i"], ["su", "su-l"]]

  /// What is wrong at the services that `policy` names, at those in whose stacks our module is, and at
  /// the other one of a program that has two.
  func doubts(_ policy: borrowing Policy) -> [Doubt] { doubts(policy.services) }

  /// - Parameter named: the services that policy names.
  func doubts(_ named: [String]) -> [Doubt] {
    guard files.hasFolder else {
      return [
        Doubt(
          service: "pam.conf",
          words:
            "there is no /etc/pam.d, so libpam follows /etc/pam.conf, which is not judged here",
          fix: "give each service a file of its own in /etc/pam.d")
      ]
    }
    var services = named
    func add(_ name: String) { if !services.contains(name) { services.append(name) } }
    for name in guarded { add(name) }
    for pair in StackCheck.pairs where pair.contains(where: services.contains) {
      for name in pair { add(name) }
    }
    return services.flatMap { doubts(of: $0, always: !named.contains($0)) }
  }

  /// What is wrong at `service`. A service that has no file follows `other`, which is told where `always`.
  private func doubts(of service: String, always: Bool) -> [Doubt] {
    guard let stack = Stack(of: service, in: files), stack.hasFile || always else { return [] }
    let review = StackReview(of: service, stack)
    let path = stack.hasFile ? "" : "it has no file of its own and follows \(stack.file): "
    return review.findings().map { finding in
      Doubt(
        service: service, words: printable("\(service): " + path + finding.words(stack.file)),
        fix: printable(finding.fix(review)))
    }
  }

  /// The services in whose stacks our module is. What others include is no service, nor is what a package
  /// or an editor has put aside.
  private var guarded: [String] {
    let aside = [".dpkg-", ".ucf-", ".bak", ".orig", "~"]
    let names = files.services.filter { name in !aside.contains { name.contains($0) } }
    let stacks = names.compactMap { name in
      Stack(of: name, in: files).map { (name: name, stack: $0) }
    }
    var included: Set<String> = []
    for (_, stack) in stacks { included.formUnion(stack.files.subtracting([stack.file])) }
    return stacks.filter { name, stack in
      !included.contains(stack.file) && StackReview(of: name, stack).namesUs
    }.map(\.name)
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
      eachEntry(of: key) { (name, _) in
        let name = text(name)
        let service = name.lowercased()
        // The name of `verify` and self-service, which do not ask libpam.
        if service != "cachet-mfa", !names.contains(service) { names.append(service) }
        return true
      }
    }
    return names
  }
}
