import CPlatform
import OTP
import Verifier

@testable import PAMModule
@testable import Store

/// The words of the module's line in the PAM stack, one a line.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  withInput(data, size) { (input: Span<UInt8>) in
    var words: [[CChar]] = []
    var word: [CChar] = []
    var i = 0
    while i < input.count {
      if input[i] == UInt8(ascii: "\n") || input[i] == 0 {
        words.append(word + [0])
        word = []
      } else {
        word.append(CChar(bitPattern: input[i]))
      }
      i += 1
    }
    if !word.isEmpty { words.append(word + [0]) }
    guard words.count < 64, read(words) else { return }
    // Each option stands once, and there is no other.
    if let last = words.last {
      expect(!read(words + [last]), "the same word twice is a mistake")
    }
    expect(!read(words + [[CChar(bitPattern: UInt8(ascii: "x")), 0]]), "x is a mistake")
  }
}

/// Whether the words are options; then everything that is asked of them.
private func read(_ words: [[CChar]]) -> Bool {
  // Exact sizes, so that AddressSanitizer sees the first byte too many.
  let pointers = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: words.count + 1)
  defer { pointers.deallocate() }
  pointers[words.count] = nil
  var i = 0
  while i < words.count {
    let word = UnsafeMutablePointer<CChar>.allocate(capacity: words[i].count)
    var k = 0
    while k < words[i].count {
      word[k] = words[i][k]
      k += 1
    }
    pointers[i] = UnsafePointer(word)
    i += 1
  }
  defer {
    i = 0
    while i < words.count {
      pointers[i]?.deallocate()
      i += 1
    }
  }
  do throws(Options.Mistake) {
    let options = try Options(Int32(words.count), pointers, mayAsk: false)
    if options.needsSecondFactor {
      expect(
        (try? Options(Int32(words.count), pointers, mayAsk: true)) == nil,
        "an auth line needs no second factor before itself")
    }
    if let window = options.window { expect(window >= 0 && window <= 10, "window") }
    let location = options.location
    expect(location.data[0] == UInt8(ascii: "/"), "a store is an absolute path")
    expect(location.key.folder[0] == UInt8(ascii: "/"), "a key is an absolute path")
    expect(location.policy.folder[0] == UInt8(ascii: "/"), "a policy is an absolute path")
    walk(location.data)
    walk(location.key.folder)
    ask(location.key.name)
    switch options.mode {
    case .prompt: expect(!options.forwardsPassword, "prompt")
    case .promptSplit: expect(options.forwardsPassword, "prompt and split")
    case .earlier(let split), .earlierThenPrompt(let split):
      expect(split == options.forwardsPassword, "earlier and split")
    }
    return true
  } catch {
    error.words.withBytes { (quoted: Span<UInt8>) in
      expect(quoted.count <= 64, "a quotation is short")
      var i = 0
      while i < quoted.count {
        expect(quoted[i] >= 0x20 && quoted[i] < 0x7f, "a quotation is printable")
        i += 1
      }
    }
    return false
  }
}

/// A path is its components and slashes, nothing else.
private func walk(_ path: Path) {
  path.withBytes { (text: Span<UInt8>) in
    var next = 0
    while let component = path.component(from: next) {
      while next < component.lowerBound {
        expect(text[next] == UInt8(ascii: "/"), "between components there are slashes")
        next += 1
      }
      expect(FileName(text.extracting(component)) != nil || component.count > 255, "a name")
      next = component.upperBound
    }
    while next < text.count {
      expect(text[next] == UInt8(ascii: "/"), "behind the last component there are slashes")
      next += 1
    }
  }
}

private func ask(_ name: FileName) {
  name.withBytes { (text: Span<UInt8>) in
    expect(FileName(text) != nil, "a name is one again")
    name.withCString { expect(strlen($0) == text.count, "a name ends where it ends") }
  }
  let longer = name.withSuffix(".next")
  expect((longer?.count ?? 256) == min(256, name.count + 5), "a suffix that fits")
  expect(FileName(".tmp-", unique: UInt64(name.count)).count == 21, "all digits of a number")
}
