/// A list that lives in place: at most `capacity` elements, no heap.
public struct FixedList<let capacity: Int, Element> {
  private var storage = InlineArray<capacity, Element?> { _ in nil }
  public private(set) var count = 0

  public init() {}

  public var isFull: Bool { count == capacity }

  /// The element at `index`; `nil` where there is none.
  @inline(never)
  public subscript(index: Int) -> Element? {
    guard index >= 0, index < count else { return nil }
    return storage[index]
  }

  /// Adds at the end; `false` where the list is full.
  @inline(never)
  public mutating func append(_ element: Element) -> Bool {
    guard count < capacity else { return false }
    storage[count] = element
    count += 1
    return true
  }

  /// Replaces the element at `index`, if there is one.
  @inline(never)
  public mutating func replace(at index: Int, with element: Element) {
    guard index >= 0, index < count else { return }
    storage[index] = element
  }

  /// Removes the element at `index`, if there is one; those behind it move up.
  @inline(never)
  public mutating func remove(at index: Int) {
    guard index >= 0, index < count else { return }
    var i = index
    while i + 1 < count {
      storage[i] = storage[i + 1]
      i += 1
    }
    count -= 1
    storage[count] = nil
  }
}
extension FixedList: Sendable where Element: Sendable {}
