import DomainKit
import Testing

@testable import Postgres

@Suite struct PostgresEncodingTests {
    private func text(_ value: PostgresValue) -> String? {
        guard case .encoded(let bytes) = value.storage else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read<Value>(_ text: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?) -> Value? {
        Array(text.utf8).withUnsafeBufferPointer(parse)
    }

    @Test func arraysQuoteTexts() {
        #expect(text(.texts([])) == "{}")
        #expect(text(.texts(["a", nil, "", "NULL"])) == #"{"a",NULL,"","NULL"}"#)
        #expect(text(.texts([#"a"b\c,{d}"#])) == #"{"a\"b\\c,{d}"}"#)
        #expect(text(.ints([1, -2, nil] as [Int?])) == "{1,-2,NULL}")
        #expect(text(.bools([true, false])) == "{t,f}")
        let id = EntityID(high: 0x0193_96ae_5d2f_7c1e, low: 0x8a3b_0123_4567_89ab)
        #expect(text(.ids([id])) == "{\(id)}")
    }

    @Test func timesAreWrittenAsTheyAreRead() {
        var times: [Int64] = [0, 1, -1, 1_795_254_626_123_456, 253_402_300_799_999_999, 253_402_300_800_000_000]
        // Every two and a half years or so from the year 0 on: all months, leap years and centuries.
        times += stride(from: -62_167_219_200_000_000, to: 253_402_300_800_000_000, by: 2_512_345_678_901 * 31)
        for time in times.map(Timestamp.init(microseconds:)) {
            #expect(text(.timestamps([time])) == "{\(time)}")
        }
    }

    @Test func integersAreReadToTheirLimits() {
        for number in [0, 7, -7, Int64.max, Int64.min] {
            #expect(read("\(number)") { TextFormat.integer($0) } == number)
        }
        for wrong in ["", "-", "1.5", "9223372036854775808", "-9223372036854775809", " 1", "+1", "1e3"] {
            #expect(read(wrong) { TextFormat.integer($0) } == nil)
        }
    }

    @Test func timesAreReadToTheMicrosecond() {
        let expected = Timestamp("2026-11-21T09:50:26.123400Z")
        #expect(read("2026-11-21 09:50:26.1234+00") { TextFormat.timestamp($0) } == expected)
        #expect(read("1969-12-31 23:59:59+00") { TextFormat.timestamp($0) }?.microseconds == -1_000_000)
        #expect(read("2000-02-29 00:00:00+00") { TextFormat.timestamp($0) } == Timestamp("2000-02-29T00:00:00Z"))
        for wrong in ["infinity", "2026-11-21 09:50:26+02", "0044-03-15 00:00:00+00 BC", "2026-11-21", ""] {
            #expect(read(wrong) { TextFormat.timestamp($0) } == nil)
        }
    }

    @Test func bytesAndIdsAreReadOnlyWhenWhole() {
        #expect(read("\\x00ff5C") { TextFormat.bytes($0) } == [0, 255, 92])
        #expect(read("\\x") { TextFormat.bytes($0) } == [])
        for wrong in ["\\x0", "\\xzz", "00ff", ""] { #expect(read(wrong) { TextFormat.bytes($0) } == nil) }
        let id = EntityID.v7()
        #expect(read(id.description) { TextFormat.id($0) } == id)
        for wrong in ["", "019396ae", "019396ae-5d2f-7c1e-8a3b-01234567zzzz"] {
            #expect(read(wrong) { TextFormat.id($0) } == nil)
        }
    }

    @Test func aNULCharacterIsRefusedWithItsParameter() throws {
        let error = #expect(throws: PostgresError.self) { try ParameterBuffer([1, "a\0b"]) }
        #expect(error?.message == "parameter $2 holds a NUL character")
        _ = try ParameterBuffer([.bytes([0, 1])])
    }
}
