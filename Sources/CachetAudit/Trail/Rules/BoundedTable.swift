/// What is remembered per user or address. Strangers choose those names, so there are only so many:
/// when the table is full, the half goes that was not seen for longest.
struct BoundedTable<Value> {
  static var limit: Int { 10_000 }

  private var values: [String: (value: Value, seen: Moment)] = [:]

  var count: Int { values.count }

  subscript(key: String) -> Value? { values[key]?.value }

  mutating func set(_ value: Value, for key: String, at time: Moment) {
    values[key] = (value, time)
    guard values.count > Self.limit else { return }
    let newest = values.sorted { $0.value.seen > $1.value.seen }.prefix(Self.limit / 2)
    values = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
  }

  mutating func remove(_ key: String) { values[key] = nil }

  /// In the order of keys.
  mutating func removeAll() -> [(key: String, value: Value)] {
    defer { values = [:] }
    return values.map { (key: $0.key, value: $0.value.value) }.sorted { $0.key < $1.key }
  }
}
