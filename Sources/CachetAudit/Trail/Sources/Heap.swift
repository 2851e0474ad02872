/// The least of what was put in comes out first, and of equals the first.
struct Heap<Element> {
  private var nodes: [(element: Element, order: Int)] = []
  private var inserted = 0
  private let precedes: (Element, Element) -> Bool

  init(_ precedes: @escaping (Element, Element) -> Bool) { self.precedes = precedes }

  var count: Int { nodes.count }
  var first: Element? { nodes.first?.element }

  mutating func insert(_ element: Element) {
    nodes.append((element, inserted))
    inserted += 1
    var place = nodes.count - 1
    while place > 0, isBefore(place, (place - 1) / 2) {
      nodes.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func removeFirst() -> Element? {
    guard let first = nodes.first else { return nil }
    let last = nodes.removeLast()
    guard !nodes.isEmpty else { return first.element }
    nodes[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < nodes.count && isBefore(child, least) {
        least = child
      }
      guard least != place else { return first.element }
      nodes.swapAt(place, least)
      place = least
    }
  }

  private func isBefore(_ one: Int, _ other: Int) -> Bool {
    if precedes(nodes[one].element, nodes[other].element) { return true }
    if precedes(nodes[other].element, nodes[one].element) { return false }
    return nodes[one].order < nodes[other].order
  }
}
