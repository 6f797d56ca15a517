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

    private func binary(_ value: PostgresValue) -> [UInt8]? {
        switch value.storage {
        case .binary(let bytes), .array(let bytes, _): bytes
        default: nil
        }
    }

    @Test func arraysOfNumbersAreText() {
        #expect(text(.ints([1, -2, nil] as [Int?])) == "{1,-2,NULL}")
        #expect(text(.ints([Int]())) == "{}")
        #expect(text(.bools([true, false])) == "{t,f}")
    }

    @Test func arraysOfTextsIdsAndTimesAreBinary() {
        let ofTexts = binary(.texts(["ab", nil, ""]))
        #expect(
            ofTexts == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 3, 0, 0, 0, 1]
                + [0, 0, 0, 2, 97, 98] + [255, 255, 255, 255] + [0, 0, 0, 0])
        let id = EntityID(high: 0x0193_96ae_5d2f_7c1e, low: 0x8a3b_0123_4567_89ab)
        let ofIDs = binary(.ids([id]))
        #expect(ofIDs?.prefix(12) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x0b, 0x86])
        #expect(
            ofIDs?.suffix(20) == [0, 0, 0, 16, 0x01, 0x93, 0x96, 0xae, 0x5d, 0x2f, 0x7c, 0x1e]
                + [0x8a, 0x3b, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab])
        #expect(binary(.timestamps([Timestamp("2000-01-01T00:00:00.000001Z")]))?.suffix(8) == [0, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func timesBeyondWhatTheServerHoldsAreNoInfinity() {
        let least = binary(.timestamps([Timestamp(microseconds: .min)]))?.suffix(8)
        #expect(least == [0x80, 0, 0, 0, 0, 0, 0, 1])
    }

    @Test func timesAreWrittenAsTheyAreRead() {
        var times: [Int64] = [0, 1, -1, 1_795_254_626_123_456, 253_402_300_799_999_999, 253_402_300_800_000_000]
        // Every two and a half years or so from the year 0 on: all months, leap years and centuries.
        times += stride(from: -62_167_219_200_000_000, to: 253_402_300_800_000_000, by: 2_512_345_678_901 * 31)
        for time in times.map(Timestamp.init(microseconds:)) {
            var written: [UInt8] = []
            written.append(timestamp: time)
            #expect(String(decoding: written, as: UTF8.self) == time.description)
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
        #expect(throws: PostgresError.self) { try ParameterBuffer([.texts(["a", "b\0"])]) }
        _ = try ParameterBuffer([.bytes([0, 1])])
    }
}
