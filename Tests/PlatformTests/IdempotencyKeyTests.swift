import DomainKit
import Testing

@Suite struct IdempotencyKeyTests {
    @Test func aBareKeyIsVisibleASCII() {
        #expect(IdempotencyKey(headerField: "8e03978e-40d5-43dd-bc93-6894a57f9324") != nil)
        #expect(IdempotencyKey(headerField: String(repeating: "~", count: 255)) != nil)
        for text in ["", "a b", "é", "tab\t", "nul\u{0}", String(repeating: "~", count: 256)] {
            #expect(IdempotencyKey(headerField: text) == nil)
        }
    }

    @Test func aStringStandsForWhatIsInIt() {
        #expect(IdempotencyKey(headerField: #""8e03978e""#) == IdempotencyKey("8e03978e"))
        #expect(IdempotencyKey(headerField: #""a b""#)?.text == "a b")
        #expect(IdempotencyKey(headerField: #""a\"b\\c""#)?.text == #"a"b\c"#)
        let longest = "\"\(String(repeating: "~", count: 255))\""
        #expect(IdempotencyKey(headerField: longest)?.text.count == 255)
    }

    @Test func whatIsNoStringIsNoKey() {
        for text in [#"""#, #""""#, #""a"#, #""a"b"#, #""a";p=1"#, #""a\b""#, #""a\"#, "\"é\"", "\"a\tb\""] {
            #expect(IdempotencyKey(headerField: text) == nil)
        }
    }

    @Test func theScopeSetsTwoKeysApart() {
        #expect(IdempotencyKey("k", of: "ann") != IdempotencyKey("k", of: "bob"))
    }
}
