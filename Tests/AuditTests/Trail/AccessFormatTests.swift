import Testing

@testable import CachetAudit

@Suite("Trail: the web server's log in other forms")
struct AccessFormatTests {
  private func read(_ line: String) -> String { told(AccessReader().read(bytes(line))) }

  private static let request =
    "- - [01/Oct/2026:12:00:00 +0200] \"POST /auth/login HTTP/1.1\" 302 1 \"-\" \"-\""

  @Test(
    "what stands in front of a line is not the client",
    arguments: [
      "", "status.example.org ", "status.example.org:443 ", "2026-10-01T10:00:00.123456789Z ",
      "2026-10-01T10:00:00Z ", "2026-10-01T12:00:00.1+02:00 stdout F ", "cachet_1  | ",
      "cachet-web-1 | ", "[pod/cachet-0/nginx] ",
      "[pod/cachet-0/nginx] 2026-10-01T10:00:00.123456789Z ",
      "cachet_1 | 2026-10-01T10:00:00Z ", "cachet_1 | status.example.org:80 ",
      "192.0.2.1:8080 ", "[2001:db8::5]:443 ",
    ])
  func fronts(front: String) {
    for address in ["192.0.2.7", "2001:db8::7", "client.example.net"] {
      #expect(
        read("\(front)\(address) \(Self.request)")
          == "password-posted - \(address) POST /auth/login 302")
    }
  }

  @Test(
    "what is no address of IP and no name of a host is no client",
    arguments: [
      "cachet_1", "2026-10-01T10:00:00", "-", "unix:", "192.0.2", "192.0.2.256", "192.0.2.07",
      "1.2.3.4.5", "2001:db8::zz", "[cachet", "a..b", "-a.example", "10",
      "Oct 10 12:00:00 host nginx:",
      "Oct  1 12:00:00 host nginx: 192.0.2.7", "<134>Oct 10", "remote=192.0.2.7",
      "2026-10-01T12:00:00Z host nginx: 192.0.2.7", "a|", "| 192.0.2.7 |",
      String(repeating: "a.", count: 200) + "example",
    ])
  func noClient(front: String) {
    #expect(read("\(front) \(Self.request)") == "unreadable: is no line of the combined format")
  }

  /// As nginx, Caddy and Traefik write it.
  @Test(
    "JSON",
    arguments: [
      #"{"time_iso8601":"2026-10-01T12:00:00+02:00","remote_addr":"192.0.2.7","remote_user":"","status":"302","request_method":"POST","request_uri":"/auth/login?x=1","request":"POST /auth/login?x=1 HTTP/1.1"}"#,
      #"{ "time_local" : "01/Oct/2026:12:00:00 +0200", "remote_addr": "192.0.2.7", "status": 302, "request": "POST /auth/login HTTP/1.1" }"#,
      #"{"@timestamp":"2026-10-01T12:00:00+02:00","@fields":{"a":1},"remote_addr":"192.0.2.7","status":"302","method":"POST","uri":"\/auth\/login"}"#,
      #"{"msec":"1790848800.123","remote_addr":"192.0.2.7","status":"302","request":"POST \u002fauth/login HTTP/2.0"}"#,
      #"{"level":"info","ts":1790848800.5241024,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.1","remote_port":"41342","client_ip":"192.0.2.7","proto":"HTTP/2.0","method":"POST","host":"status.example.org","uri":"/auth/login","headers":{"User-Agent":["a"],"Method":["GET"]},"tls":{"resumed":false}},"bytes_read":0,"user_id":"","duration":0.000929675,"size":10900,"status":302,"resp_headers":{"Server":["Caddy"]}}"#,
      #"{"level":"info","ts":"2026-10-01T10:00:00.000Z","msg":"handled request","request":{"remote_addr":"192.0.2.7:41342","method":"POST","uri":"/auth/login"},"status":302}"#,
      #"{"ClientAddr":"192.0.2.7:33444","ClientHost":"192.0.2.7","ClientPort":"33444","ClientUsername":"-","DownstreamStatus":302,"Duration":1,"RequestAddr":"status.example.org","RequestMethod":"POST","RequestPath":"/auth/login","RequestProtocol":"HTTP/1.1","StartLocal":"2026-10-01T12:00:00.1+02:00","StartUTC":"2026-10-01T10:00:00.100200300Z","level":"info","msg":"","time":"2026-10-01T12:00:01+02:00"}"#,
      #"{"ClientAddr":"[2001:db8::7]:33444","DownstreamStatus":302,"RequestMethod":"POST","RequestPath":"/auth/login","time":"2026-10-01T10:00:00Z"}"#,
      #"{"log":"192.0.2.7 - - [01/Oct/2026:12:00:00 +0200] \"POST /auth/login HTTP/1.1\" 302 1 \"-\" \"-\"\n","stream":"stdout","time":"2026-10-01T10:00:00.123456789Z"}"#,
    ])
  func json(line: String) {
    let address = line.contains("2001:db8::7") ? "2001:db8::7" : "192.0.2.7"
    guard case .occurrence(let one) = AccessReader().read(bytes(line)) else {
      Issue.record("\(read(line))")
      return
    }
    #expect(told(.occurrence(one)) == "password-posted - \(address) POST /auth/login 302")
    #expect(one.time == Moment("2026-10-01T10:00:00Z"))
  }

  @Test("who signed in at the server, and no name that was refused")
  func users() {
    func line(_ user: String, _ status: Int) -> String {
      #"{"time":"2026-10-01T10:00:00Z","remote_addr":"192.0.2.7","request":"POST /auth/2fa HTTP/1.1","remote_user":"\#(user)","status":\#(status)}"#
    }
    #expect(read(line("alice", 302)) == "code-posted alice 192.0.2.7 POST /auth/2fa 302")
    #expect(read(line("hunter2", 401)) == "code-posted - 192.0.2.7 POST /auth/2fa 401")
    #expect(read(line("-", 302)) == "code-posted - 192.0.2.7 POST /auth/2fa 302")
    // As nginx writes a quote where its format does not say escape=json.
    #expect(read(line(#"a\x22b"#, 302)) == "code-posted 'a\"b' 192.0.2.7 POST /auth/2fa 302")
    #expect(read(line(#"\u00e4\ud83d\ude00\ud83d"#, 302)).hasPrefix("code-posted 'ä"))
  }

  @Test("other lines of the same programs tell nothing")
  func others() {
    for line in [
      #"{"level":"info","ts":1790848800.1,"msg":"server running","name":"srv0"}"#,
      #"{"level":"error","ts":1790848800.1,"logger":"http.log.error","msg":"x","request":{"remote_ip":"192.0.2.7","method":"POST","uri":"/auth/login"},"status":502}"#,
      #"{"level":"error","msg":"no service","time":"2026-10-01T10:00:00Z"}"#,
      #"{"time":"2026-10-01T10:00:00Z","remote_addr":"192.0.2.7","request":"GET / HTTP/1.1","status":200}"#,
    ] { #expect(read(line) == "nothing", "\(line)") }
  }

  @Test(
    "what is not whole, or lacks something, is told",
    arguments: [
      ("{}", "has no request that is known here"), ("{", "is no object of JSON"),
      (#"{"a":"b"} x"#, "is no object of JSON"), (#"{"a":}"#, "is no object of JSON"),
      (#"{"a"}"#, "is no object of JSON"), (#"{"a":"b}"#, "is no object of JSON"),
      (#"{"a":[1,}"#, "is no object of JSON"), (#"{"a":{"b":1}"#, "is no object of JSON"),
      (#"{"request":"\q"}"#, "is no object of JSON"),
      (#"{"request":"\u12"}"#, "is no object of JSON"),
      (#"{"request":"GET / HTTP/1.1"}"#, "has no address"),
      (
        #"{"remote_addr":"cachet_1","request":"GET / HTTP/1.1","time":"2026-10-01T10:00:00Z","status":200}"#,
        "has no address"
      ),
      (
        #"{"remote_addr":"192.0.2.7","request":"GET / HTTP/1.1","status":200}"#,
        "has no time that is known here"
      ),
      (
        #"{"remote_addr":"192.0.2.7","request":"GET / HTTP/1.1","time":"2026-10-01 10:00:00","status":200}"#,
        "has no time that is known here"
      ),
      (
        #"{"remote_addr":"192.0.2.7","request":"GET / HTTP/1.1","time":"2026-10-01T10:00:00Z"}"#,
        "has no status"
      ),
      (
        #"{"remote_addr":"192.0.2.7","remote_addr":"192.0.2.8","request":"GET / HTTP/1.1"}"#,
        "names a member twice"
      ),
      (
        #"{"log":"{\"a\":1}\n","stream":"stdout"}"#,
        "is JSON within JSON; give the log of the container itself"
      ),
      (#"{"log":"x","stream":"stdout"}"#, "is no line of the combined format"),
    ])
  func broken(line: String, why: String) {
    #expect(read(line) == "unreadable: \(why)")
  }

  @Test("objects that nest without end are refused in a moment")
  func nested() {
    for text in ["{\"a\":", "[", "{\"request\":{\"uri\":["] {
      let line = "{\"b\":" + String(repeating: text, count: 100_000)
      #expect(read(line) == "unreadable: is no object of JSON")
    }
  }

  // MARK: - Holes that are known

  @Test(
    "attempts at holes that are known",
    arguments: [
      ("GET /.env", 200, "secret-file"), ("GET /cachet/.env", 200, "secret-file"),
      ("GET /%2eenv", 200, "secret-file"), ("HEAD /.env.backup", 200, "secret-file"),
      ("GET /.env?x=1", 206, "secret-file"), ("GET /static../.env", 200, "secret-file"),
      ("GET /x/%2e%2e/.env", 200, "secret-file"), ("GET /x/../_debugbar/open", 200, "debug-bar"),
      ("POST /./auth/login", 302, "password-posted"), ("GET /.git/config", 200, "secret-file"),
      ("GET /.env", 404, "hole-tried"), ("GET /.env", 301, "hole-tried"),
      ("GET /.well-known/security.txt", 200, "nothing"), ("GET /.environment", 200, "nothing"),
      ("GET /_debugbar/open?op=get&id=1", 200, "debug-bar"),
      ("GET /index.php/_debugbar/open", 200, "debug-bar"),
      ("GET /_debugbar/open", 404, "hole-tried"),
      ("GET /?--env=local", 200, "environment-switch"),
      ("GET /incidents/7?a+--env=x", 200, "environment-switch"),
      ("GET /?--env=local", 403, "hole-tried"), ("GET /?x=--env", 200, "nothing"),
      ("GET /api/v1/components?name=1&1[0]=&1[1]=a&1[3]=or", 200, "sql-probe"),
      ("GET /api/v1/components?1%5B0%5D=id", 200, "sql-probe"),
      ("GET /api/v1/components?%31[0]=id", 500, "sql-probe"),
      ("GET /index.php/api/v1/incidents?+7[0]=id", 200, "sql-probe"),
      ("GET /api/v1/components?1[0]=id", 403, "hole-tried"),
      ("GET /api/v1/components?name[0]=1&sort=id", 200, "nothing"),
      ("GET /incidents?1[0]=id", 200, "nothing"),
      ("POST /dashboard/settings/mail", 302, "mail-settings"),
      ("POST /dashboard/settings/mail", 401, "hole-tried"),
      ("GET /dashboard/settings/mail", 200, "dashboard"),
      ("GET /setup", 200, "setup"), ("POST /setup/step3", 200, "setup"),
      ("GET /setup", 302, "nothing"),
      ("POST /livewire/update", 500, "livewire-failed"), ("POST /livewire/update", 200, "livewire"),
      ("POST /livewire-0a1b2c3d/update", 500, "livewire-failed"),
    ])
  func holes(request: String, status: Int, kind: String) {
    let told = read(AccessLineTests.line("\(request) HTTP/1.1", status))
    #expect(told.prefix { $0 != " " } == kind, "\(told)")
    #expect(!told.contains("?") && !told.contains("=id"))
  }

  @Test("an object in an update of Livewire is seen where the log has what was sent")
  func livewire() {
    func line(_ body: String, _ status: Int = 200) -> String {
      let quoted = body.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return
        #"{"time":"2026-10-01T10:00:00Z","remote_addr":"192.0.2.7","request":"POST /livewire/update HTTP/1.1","status":\#(status),"request_body":"\#(quoted)"}"#
    }
    // What a browser sends has the objects of the page in a text.
    let usual =
      #"{"_token":"a","components":[{"snapshot":"{\"data\":{\"a\":[[],{\"s\":\"clctn\",\"class\":\"X\"}]}}","updates":{"count":2},"calls":[]}]}"#
    let made = usual.replacing("\"count\":2", with: #""count":[{"x":1},{"s":"clctn","class":"X"}]"#)
    #expect(read(line(usual)) == "livewire - 192.0.2.7 POST /livewire/update 200")
    for status in [200, 500] {
      #expect(
        read(line(made, status))
          == "livewire-probe - 192.0.2.7 POST /livewire/update, with an object in its update \(status)"
      )
    }
    #expect(
      read(line(made.replacing("\"s\":", with: "\"s\" : "), 200)).hasPrefix("livewire-probe"))
    #expect(read(line(made, 403)).hasPrefix("hole-tried"))
    #expect(!read(line(made)).contains("clctn"))
  }
}
