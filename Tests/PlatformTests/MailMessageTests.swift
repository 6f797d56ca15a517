import DomainKit
import Mail
import Testing

@Suite struct MailMessageTests {
    private func message(
        name: String? = "Ann", subject: String = "Hello", text: String = "Hi", html: String = "<p>Hi</p>",
        _ change: (inout MailMessage) -> Void = { _ in }
    ) throws -> [String] {
        var message = MailMessage(
            from: try Mailbox(parsing: "Shop <shop@example.com>"),
            to: Mailbox(name: name, try MailAddress("ann@example.org")),
            subject: subject, text: text, html: html, date: try #require(Timestamp("2026-11-21T09:30:15.123456Z")),
            id: try #require(MessageID("1.0", at: "example.com")))
        change(&message)
        let text = String(decoding: message.bytes, as: UTF8.self)
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A || $0 == 0x09 }
        #expect(isPlain)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        let hasBareBreak = lines.contains { $0.utf8.contains(0x0D) || $0.utf8.contains(0x0A) }
        #expect(!hasBareBreak)
        #expect(lines.last == "")
        return lines
    }

    /// The header's lines with what belongs to each of them.
    private func headers(_ lines: [String]) -> [String] {
        lines.prefix { !$0.isEmpty }.reduce(into: []) { headers, line in
            if line.hasPrefix(" ") { headers[headers.count - 1] += "\r\n" + line } else { headers.append(line) }
        }
    }

    @Test func aMessageIsThisToTheLetter() throws {
        let lines = try message(subject: "Order confirmed", text: "Hi,\nall is well.\n", html: "<p>a = b</p>") {
            $0.language = "de-AT"
            $0.unsubscription = Unsubscription(
                address: $0.from.address, subject: "unsubscribe order-confirmed", url: "https://shop.example/u?c=1")
        }
        #expect(
            lines == [
                "From: Shop <shop@example.com>",
                "To: Ann <ann@example.org>",
                "Subject: Order confirmed",
                "Date: Sat, 21 Nov 2026 09:30:15 +0000",
                "Message-ID: <1.0@example.com>",
                "Content-Language: de-AT",
                "Auto-Submitted: auto-generated",
                "List-Unsubscribe: <https://shop.example/u?c=1>,",
                " <mailto:shop@example.com?subject=unsubscribe%20order-confirmed>",
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                "MIME-Version: 1.0",
                "Content-Type: multipart/alternative;",
                " boundary=\"=_alternative\"",
                "",
                "--=_alternative",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "Hi,",
                "all is well.",
                "",
                "--=_alternative",
                "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "<p>a =3D b</p>",
                "--=_alternative--",
                "",
            ])
    }

    @Test func withoutAURLNothingIsSaidOfOneClick() throws {
        for url in [
            nil, "https://shop.example/\r\nBcc: bob@example.org", "https://shop.example/ü", "http://shop.example/",
        ] {
            let headers = headers(
                try message {
                    $0.unsubscription = Unsubscription(address: $0.from.address, subject: "stop", url: url)
                })
            #expect(headers.contains("List-Unsubscribe: <mailto:shop@example.com?subject=stop>"))
            let saysMore = headers.contains { $0.hasPrefix("List-Unsubscribe-Post") }
            #expect(!saysMore)
        }
    }

    @Test(arguments: [
        ("Ann Lee", "Ann Lee"), ("Lee, Ann", "\"Lee, Ann\""), ("Dr. \"X\" \\ Y", "\"Dr. \\\"X\\\" \\\\ Y\""),
        ("a@b", "\"a@b\""), ("ann <bob@example.org>", "\"ann <bob@example.org>\""), ("Jörg", "=?utf-8?B?SsO2cmc=?="),
        ("=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?="), ("  Ann \t Lee ", "Ann Lee"),
    ])
    func aNameIsQuotedOrEncodedWhereItMustBe(name: String, shown: String) throws {
        #expect(headers(try message(name: name))[1] == "To: \(shown) <ann@example.org>")
    }

    @Test(arguments: ["", " \r\n\t", "\u{2028}"])
    func aNameOfNothingIsLeftOut(name: String) throws {
        #expect(headers(try message(name: name))[1] == "To: ann@example.org")
    }

    static let nasty = [
        "Ann\r\nBcc: bob@example.org", "Ann\nBcc: bob@example.org", "Ann\rBcc: bob@example.org", "Ann\r\n\r\nbody",
        "Ann\u{85}Bcc: bob@example.org", "Ann\u{2028}Bcc: bob@example.org", "Ann\u{2029}Bcc: bob@example.org",
        "Ann\u{0B}Bcc: bob@example.org", "Ann\u{0C}Bcc: bob@example.org", "Ann\0Bcc: bob@example.org", "Ann\u{1B}[31m",
        "\u{7F}",
        "\" <bob@example.org>, \"", "\\", "\"\\\"", "?= =?utf-8?Q?=0D=0ABcc:_bob@example.org?=",
        "Jörg\r\nBcc: bob@example.org",
        "👩‍👩‍👧‍👦\r\nBcc: bob@example.org", String(repeating: "\r\nBcc: bob@example.org", count: 50), "(comment)", "a:b;c,d",
        "--=_alternative--", "\r\n--=_alternative\r\n", "\r\n.\r\nMAIL FROM:<x@example.org>\r\n",
    ]

    @Test(arguments: nasty)
    func noNameSubjectOrTextAddsAHeaderOrAPart(text: String) throws {
        let (harmless, lines) = (try message(), try message(name: text, subject: text, text: text, html: text))
        let names = { (lines: [String]) in headers(lines).map { $0.prefix { $0 != ":" } } }
        #expect(names(lines) == names(harmless))
        let parts = { (lines: [String]) in lines.filter { $0.hasPrefix("--=_") } }
        #expect(parts(lines) == parts(harmless))
    }

    @Test(arguments: [
        String(repeating: "Grüße ", count: 40), String(repeating: "👩‍👩‍👧‍👦", count: 40),
        String(repeating: "word ", count: 60),
        String(repeating: "x", count: 2_000), "e" + String(repeating: "\u{301}", count: 300),
        "日本語" + String(repeating: "の", count: 90),
    ])
    func longNamesAndSubjectsAreFoldedIntoShortLines(text: String) throws {
        let lines = try message(name: text, subject: text)
        let longest = lines.map(\.utf8.count).max() ?? 0
        #expect(longest <= 78)
        let words = lines.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("=?utf-8?B?") }
        for word in words { #expect(word.utf8.count <= 75 && word.hasSuffix("?=")) }
    }

    @Test func aCharacterOfManyScalarsStaysInOneEncodedWord() throws {
        let family = "👩‍👩‍👧‍👦"
        let subject = headers(try message(subject: String(repeating: family, count: 9)))[2]
        let words = subject.split(separator: "\r\n").map {
            $0.split(separator: "?").dropLast().last.map(String.init) ?? ""
        }
        #expect(words.count > 1)
        for word in words {
            let text = String(decoding: try #require(decodedBase64(word)), as: UTF8.self)
            #expect(text.replacing(family, with: "") == "")
        }
    }

    @Test(arguments: [
        (".", "."), ("..\n.", "..|."), ("a \nb\t", "a=20|b=09"), ("=", "=3D"), ("ü", "=C3=BC"),
        ("a\r\nb\rc\nd", "a|b|c|d"),
        ("\0\u{85}", "=00=C2=85"), (String(repeating: "x", count: 76), String(repeating: "x", count: 76)),
        (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=|xx"),
        (String(repeating: "x", count: 74) + "üx", String(repeating: "x", count: 74) + "=|=C3=BCx"), ("", ""),
        ("\n\n", "||"),
    ])
    func textIsQuotedPrintable(text: String, encoded: String) throws {
        let lines = try message(text: text)
        let start = try #require(lines.firstIndex(of: "Content-Transfer-Encoding: quoted-printable"))
        let body = lines[(start + 2)...].prefix { $0 != "--=_alternative" }
        #expect(body.joined(separator: "|") == encoded)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
        ("2024-02-29T23:59:59.9Z", "Thu, 29 Feb 2024 23:59:59 +0000"),
        ("2026-12-31T12:00:00Z", "Thu, 31 Dec 2026 12:00:00 +0000"),
        ("1969-12-31T23:00:00Z", "Wed, 31 Dec 1969 23:00:00 +0000"),
    ])
    func aDateIsWrittenAsMailsDo(time: String, date: String) throws {
        let timestamp = try #require(Timestamp(time))
        #expect(headers(try message { $0.date = timestamp })[3] == "Date: \(date)")
    }
}

/// Base64 with padding, decoded; nil where it is none.
private func decodedBase64(_ text: String) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var (bytes, bits, count) = ([UInt8](), 0, 0)
    for character in text.utf8 where character != UInt8(ascii: "=") {
        guard let value = alphabet.firstIndex(of: character) else { return nil }
        (bits, count) = (bits << 6 | value, count + 6)
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    return bytes
}
