import Foundation
import OTP
import Store
import StoreFaults

/// What a reader sees of the store: `alice(phone=1; recovery 0.1 good)`, or what is wrong with it.
func view(of folder: Path) -> String {
  do throws(StoreFailure) {
    let store = try Store(at: StoreLocation(folder: folder))
    var seen: [String] = []
    for (name, account) in [("alice", AccountName.alice), ("bob", .bob), ("carol", .carol)] {
      if let text = try store.view(of: account) { seen.append("\(name)(\(text))") }
    }
    return seen.isEmpty ? "nobody" : seen.joined(separator: " ")
  } catch {
    return words(error)
  }
}

func words(_ failure: StoreFailure) -> String {
  let number = failure.defect.number.map { " \($0)" } ?? ""
  return "\(failure.part.name) \(failure.defect.name)\(number)"
}

extension Store {
  fileprivate borrowing func view(of account: AccountName) throws(StoreFailure) -> String? {
    guard let record = try record(of: account, uid: Known.uid) else { return nil }
    return try withKeys { (keys: borrowing KeyRing) throws(StoreFailure) in
      var facts: [String] = []
      var i = 0
      while let factor = record.credentials.factors[i] {
        let known = try factor.withSecret(in: record.credentials, under: keys) {
          (secret: Span<UInt8>) in
          [Known.first, Known.second].contains(secret.indices.map { secret[$0] })
        }
        let name = factor.name.withBytes { (bytes: Span<UInt8>) in
          String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
        let step = factor.parameters.step(at: Known.later)
        let used = try record.state.isUsed(step, of: factor.id, factor.parameters) ? " used" : ""
        facts.append("\(known ? name : "another")=\(factor.id.rawValue)\(used)")
        i += 1
      }
      i = 0
      while let set = record.credentials.sets[i] {
        let state =
          switch try record.state.used(of: set) {
          case .some(0): "good"
          case .some: "used"
          case .none: "void"
          }
        facts.append("\(set.kind) \(set.place).\(set.generation) \(state)")
        i += 1
      }
      i = 0
      while let gone = record.credentials.removed[i] {
        facts.append("removed \(gone.id.rawValue)")
        i += 1
      }
      if record.credentials.disabledAt != 0 { facts.append("disabled") }
      return facts.joined(separator: "; ")
    }
  }
}

/// Names below `folder` that begin with a dot: what a writer that was cut short left behind.
func leftovers(below folder: String) -> [String] {
  (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
    .filter { $0.split(separator: "/").last?.hasPrefix(".") ?? false }
}

/// Files below `folder` that hold a secret in the open: as bytes, hex, Base32 or code.
func tellingFiles(below folder: String) -> [String] {
  var plain = [Known.first, Known.second].flatMap { secret in
    var base32 = [UInt8](repeating: 0, count: Base32.encodedLength(of: secret.count))
    var room = base32.mutableSpan
    _ = try? Base32.encode(secret.span, into: &room)
    return [Data(secret), Data(base32), Data(hexadecimal(secret).utf8)]
  }
  let code = unsafe String(cString: faults_shown())
  if !code.isEmpty {
    var bytes = [UInt8](repeating: 0, count: OneTimeSecret.byteCount)
    var room = bytes.mutableSpan
    try? OneTimeSecret.read(Array(code.utf8).span, into: &room)
    plain += [Data(code.utf8), Data(bytes), Data(hexadecimal(bytes).utf8)]
  }
  let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return files.filter { name in
    guard let found = FileManager.default.contents(atPath: folder + "/" + name) else {
      return false
    }
    return plain.contains { found.range(of: $0) != nil }
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
