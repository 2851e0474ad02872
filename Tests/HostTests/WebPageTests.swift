import Foundation
import TestSupport
import Testing

extension HostTests {
  @Suite("The sign-in page in a real browser")
  struct WebPage {
    /// What is in sight of a form.
    private let fields = """
      [...document.querySelectorAll('input, button')].filter(e => e.checkVisibility()).map(e => e.id || e.type)
      """

    @Test("by keyboard alone: user, password, code, in; then out")
    func signsIn() async throws {
      try await withPage { home, page in
        try await page.open("/dashboard/team")
        #expect(try await page.place == "/cachet-mfa/sign-in.html?to=/dashboard/team")
        #expect(try await page.value(fields) == "user,password,code,recovery,submit")
        #expect(try await page.value("document.querySelectorAll('.note:target').length") == "0")
        #expect(try await page.value("document.activeElement.id") == "user")
        try await fill(page, "alice-password", home.alice.code().spaced)
        try await page.wait(for: "/dashboard/team", at: "location.pathname")
        #expect(try await page.value("document.body.innerText.includes('user alice')") == "true")

        try await page.open("/cachet-mfa/sign-out")
        #expect(try await page.place == "/cachet-mfa/sign-in.html#signed-out")
        #expect(
          try await page.value("document.querySelector('.note:target').innerText")
            .hasPrefix("You are signed out"))
        try await page.open("/dashboard")
        #expect(try await page.place.hasPrefix("/cachet-mfa/sign-in.html"))
      }
    }

    @Test("a refusal tells nothing but that, and the way to the page that was asked for is kept")
    func refuses() async throws {
      try await withPage { home, page in
        try await page.open("/dashboard/team")
        for (password, code) in try await [
          ("alice-password", home.alice.wrongCode()), ("bob-password", home.alice.code()),
        ] {
          try await fill(page, password, code)
          try await page.wait(
            for: "failed complete",
            at: "document.querySelector('.note:target')?.id + ' ' + document.readyState")
          #expect(
            try await page.value("document.querySelector('.note:target').innerText")
              .hasPrefix("That did not work."))
          #expect(try await page.value("code.value + password.value") == "")
          try await page.call(
            "Runtime.evaluate", ["expression": "document.getElementById('user').focus()"])
        }
        try await fill(page, "alice-password", home.alice.nextCode())
        try await page.wait(for: "/dashboard/team", at: "location.pathname")

        // A session that has ended leads back here.
        try await page.call("Network.clearBrowserCookies")
        try await page.open("/dashboard/team")
        #expect(try await page.place == "/cachet-mfa/sign-in.html?to=/dashboard/team")
      }
    }

    @Test("no address of the page leads to another site")
    func staysHere() async throws {
      try await withPage { home, page in
        for to in [
          "//evil.example.com", "https://evil.example.com/", "/\\evil.example.com", "/a/%0d%0ab",
        ] {
          try await page.open("/cachet-mfa/sign-in.html?to=\(to)")
          #expect(
            try await page.value("document.querySelectorAll('[name=httpd_location]').length")
              == "0", "\(to)")
        }
        try await fill(page, "alice-password", home.alice.code())
        try await page.wait(for: "/dashboard", at: "location.pathname")
      }
    }

    @Test("a recovery code is typed with letters")
    func recoveryCode() async throws {
      try await withPage { _, page in
        try await page.open("/cachet-mfa/sign-in.html")
        #expect(try await page.value("code.inputMode") == "numeric")
        try await page.call(
          "Runtime.evaluate", ["expression": "document.getElementById('recovery').click()"])
        #expect(try await page.value("code.inputMode + document.activeElement.id") == "textcode")
      }
    }

    @Test("without scripts there is one field, and it works")
    func noScript() async throws {
      try await withPage { home, page in
        try await page.call("Emulation.setScriptExecutionDisabled", ["value": true])
        try await page.open("/dashboard/team")
        #expect(try await page.value(fields) == "user,password,submit")
        #expect(
          try await page.value("document.getElementById('joined').checkVisibility()") == "true")
        try await page.type("alice")
        try await page.press("Tab")
        try await page.type("alice-password" + home.alice.code())
        try await page.press("Enter")
        try await page.wait(for: "/dashboard", at: "location.pathname")
        #expect(try await page.value("document.body.innerText.includes('user alice')") == "true")
      }
    }

    @Test("it fits a screen of 320 pixels, in light and dark, and takes nothing from elsewhere")
    func narrow() async throws {
      try await withPage { _, page in
        try await page.call(
          "Emulation.setDeviceMetricsOverride",
          ["width": 320, "height": 568, "deviceScaleFactor": 1, "mobile": true])
        for scheme in ["light", "dark"] {
          try await page.call(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": scheme]]])
          try await page.open("/cachet-mfa/sign-in.html#failed")
          #expect(try await page.value("document.documentElement.scrollWidth <= 320") == "true")
          // WCAG 2.2 AA: 4.5 to 1 for text.
          let contrast = try await page.value(
            """
            (() => {
              const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number).map(c => c / 255)
                .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = (e) => {
                const color = getComputedStyle(e).backgroundColor;
                return color === 'rgba(0, 0, 0, 0)' ? ground(e.parentElement) : color;
              };
              return Math.min(...[...document.querySelectorAll('h1, p, label, input, button, a, kbd')]
                .filter(e => e.checkVisibility()).map(e => {
                  const pair = [light(getComputedStyle(e).color), light(ground(e))].sort((a, b) => b - a);
                  return (pair[0] + 0.05) / (pair[1] + 0.05);
                }));
            })()
            """)
          #expect((Double(contrast) ?? 0) >= 4.5, "\(scheme): \(contrast)")
        }
        #expect(
          try await page.value(
            "performance.getEntriesByType('resource').map(e => new URL(e.name).pathname).sort()")
            == "/cachet-mfa/sign-in.css,/cachet-mfa/sign-in.js")
        #expect(
          try await page.value(
            "[...document.querySelectorAll('input:not([type=hidden])')].every(e => e.labels.length === 1 && e.autocomplete)"
          ) == "true")
      }
    }

    private func fill(_ page: PageDriver, _ password: String, _ code: String) async throws {
      try await page.call(
        "Runtime.evaluate", ["expression": "document.getElementById('user').select()"])
      try await page.type("alice")
      try await page.press("Tab")
      try await page.type(password)
      try await page.press("Tab")
      try await page.type(code)
      try await page.press("Enter")
    }

    /// Apache with the form, before the real module and the broker; alice is an administrator of Cachet.
    private func withPage(_ body: (Guarded, PageDriver) async throws -> Void) async throws {
      try await withBroker(browser: true) { home in
        _ = try await Web(.apache(), cachet: "2.4", on: home.host)
        try await body(home, PageDriver(on: home.host))
      }
    }
  }
}

extension String {
  /// "123 456", as authenticators show it.
  fileprivate var spaced: String { "\(prefix(3)) \(dropFirst(3))" }
}
