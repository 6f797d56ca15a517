import Mail
import Testing

@Suite struct MailAddressTests {
    @Test(arguments: [
        "ann@example.org", "ann.lee+shop@mail.example.co.uk", "o'brien@example.org", "x@localhost",
        "1@xn--mller-kva.example",
        String(repeating: "a", count: 64) + "@example.org",
    ])
    func anAddressIsTakenAsItIs(text: String) throws {
        #expect(try MailAddress(text).description == text)
    }

    @Test(arguments: [
        "", "ann", "@example.org", "ann@", "ann@example..org", "ann@-example.org", "ann@example-.org",
        ".ann@example.org",
        "ann.@example.org", "a..b@example.org", "ann@[127.0.0.1]", "\"a b\"@example.org", "ann lee@example.org",
        "ann@example.org ", "ann@example.org>", "<ann@example.org", "ann@example.org,bob@example.org",
        "ann(x)@example.org",
        "ann@example.org\r\nRCPT TO:<bob@example.org>", "ann@example.org\nBcc: bob@example.org", "ann\0@example.org",
        "ann@example.org\u{85}", "ann\u{2028}@example.org", "ann\u{7F}@example.org", "ann\t@example.org",
        "jörg@example.org", "ann@müller.example", "ann@example.org\u{200B}", "ann＠example.org",
        String(repeating: "a", count: 65) + "@example.org", "ann@" + String(repeating: "a", count: 64) + ".org",
        "ann@" + String(repeating: "a.", count: 130) + "org",
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: MailAddressFault.self) { try MailAddress(text) }
    }

    @Test func aDomainBeyondASCIIIsRefusedWithTheWayOut() {
        let fault = #expect(throws: MailAddressFault.self) { try MailAddress("ann@müller.example") }
        #expect(fault?.description == "has a character that is not ASCII; a domain can be written as xn--…")
    }

    @Test(arguments: [
        ("shop@example.com", nil, "shop@example.com"), (" Shop <shop@example.com> ", "Shop", "shop@example.com"),
        ("\"The Shop\" <shop@example.com>", "The Shop", "shop@example.com"),
        ("Grüße & Co <shop@example.com>", "Grüße & Co", "shop@example.com"),
        ("<shop@example.com>", nil, "shop@example.com"),
    ])
    func aMailboxIsReadWithItsName(text: String, name: String?, address: String) throws {
        let mailbox = try Mailbox(parsing: text)
        #expect(mailbox.name == name)
        #expect(mailbox.address.description == address)
    }

    @Test(arguments: ["", "Shop", "Shop <shop>", "Shop <a@b.example> <c@d.example", "Shop <a@b.example>, x@y.example"])
    func whatIsNoMailboxIsRefused(text: String) {
        #expect(throws: MailAddressFault.self) { try Mailbox(parsing: text) }
    }

    @Test func aMessageIDHasWordsAndADomain() {
        #expect(MessageID("0197a0e0.1", at: "example.com")?.description == "<0197a0e0.1@example.com>")
        for (name, domain) in [
            ("a b", "example.com"), ("a>\r\nX: y", "example.com"), ("a", "exa mple"), ("", "a"), ("a", ""),
        ] {
            #expect(MessageID(name, at: domain) == nil)
        }
    }
}
