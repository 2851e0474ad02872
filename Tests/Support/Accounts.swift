/// What name services say to a program under test; whom it does not name, the machine is asked.
public struct Accounts: Sendable {
  public private(set) var passwd = ""
  public private(set) var group = ""
  var failures = ""

  public init() {}

  /// alice (uid 4001) and bob (uid 4002), each with a group of the same name.
  public static var example: Accounts {
    var accounts = Accounts()
    accounts.add(user: "alice", uid: 4001)
    accounts.add(user: "bob", uid: 4002)
    return accounts
  }

  public mutating func add(user: String, uid: Int, gid: Int? = nil) {
    passwd += "\(user):x:\(uid):\(gid ?? uid)::/nonexistent:/bin/sh\n"
    if gid == nil { add(group: user, gid: uid) }
  }

  public mutating func add(group name: String, gid: Int, members: [String] = []) {
    group += "\(name):x:\(gid):\(members.joined(separator: ","))\n"
  }

  /// `function` (getpwnam_r, getpwuid_r, getgrnam_r, getgrgid_r, getgrouplist) fails.
  public mutating func fail(_ function: String, with number: Int32) {
    failures += (failures.isEmpty ? "" : ",") + "\(function)=\(number)"
  }
}
