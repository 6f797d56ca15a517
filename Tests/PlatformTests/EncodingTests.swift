import Encodings
import Testing

@Suite struct EncodingTests {
    /// The vectors of RFC 4648 section 10, in lower case.
    @Test(arguments: [("", ""), ("f", "66"), ("fo", "666f"), ("foobar", "666f6f626172")])
    func eachByteIsTwoHexadecimalDigits(text: String, digits: String) {
        #expect(Hexadecimal.encode(Array(text.utf8)) == digits)
    }

    @Test(arguments: [(0, "0000000000000000"), (0x1F, "000000000000001f"), (UInt64.max, "ffffffffffffffff")])
    func aNumberIsSixteenHexadecimalDigits(value: UInt64, digits: String) {
        #expect(Hexadecimal.encode(value) == digits)
    }

    @Test func everyDigitIsReadInEitherCaseAndNothingElse() {
        let digits = (UInt8.min...UInt8.max).filter { Hexadecimal.value(of: $0) != nil }
        #expect(digits == Array("0123456789ABCDEFabcdef".utf8))
        let read = (UInt8(0)..<16).compactMap { Hexadecimal.value(of: Hexadecimal.digit($0)) }
        #expect(read == Array(0..<16))
        #expect(Hexadecimal.value(of: UInt8(ascii: "F")) == 15)
    }

    @Test(arguments: ["", "plain", "Zoë & Söhne", "100 %", "a+b=c/d?e#f", "🫖"])
    func whatIsPercentEncodedIsReadBack(_ text: String) {
        #expect(percentDecoded(percentEncoded(text).utf8) == text)
    }

    @Test func aPlusIsASpaceOnlyWhereItIsSaidToBe() {
        #expect(percentDecoded("a+b%2B".utf8) == "a+b+")
        #expect(percentDecoded("a+b%2B".utf8, plusIsSpace: true) == "a b+")
    }

    @Test(arguments: ["%", "%4", "%zz", "%+1", "%00", "%C3%28", "%C3"])
    func whatIsNoPercentEncodedTextIsNothing(_ text: String) {
        #expect(percentDecoded(text.utf8) == nil)
    }
}
