import JSON
import Testing

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test func everyKindOfValueIsReadAndWrittenBack() throws {
        let text = #"{"a":[1,-2,true,false,null],"b":{"c":"ü😀\"\\\n"},"d":1.5}"#
        #expect(try parse(text).jsonText == text)
    }

    @Test func anIntegerIsToldFromAnotherNumber() throws {
        #expect(try parse("[2, 2.0]") == .array([.integer(2), .number(2)]))
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "nul", "01", "\"\u{1}\"", "{\"a\":1}x", "{\"a\":1,\"a\":2}", "1e999",
        "99999999999999999999", "\"\\ud800\"", "'a'", "\"\\u0000\"",
    ])
    func whatIsNotJSONIsAnErrorWithAPosition(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test func invalidUTF8IsAnError() {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    }

    @Test func aSyntaxErrorNamesLineAndColumn() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try parse("{\n  \"a\": ?\n}") }
        #expect(error?.line == 2)
    }

    @Test func aSyntaxErrorRepeatsNothingOfTheDocument() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try parse(#"{"to": "jane" "doe@example.com"}"#) }
        let text = try #require(error).description
        #expect(text.contains("line 1") && !text.contains("jane") && !text.contains("doe"))
    }

    @Test func nestingBeyondTheLimitIsAnErrorAndNoCrash() throws {
        let limit = JSONValue.maximumDepth
        _ = try parse(String(repeating: "[", count: limit) + String(repeating: "]", count: limit))
        let error = #expect(throws: JSONSyntaxError.self) { try parse(String(repeating: "[", count: 100_000)) }
        #expect(error?.column == limit + 1)
    }

    @Test func bracketsInsideStringsAreNotNesting() throws {
        let text = "\"" + String(repeating: "[\\\"", count: 1_000) + "\""
        #expect(throws: Never.self) { try parse(text) }
    }

    @Test func controlCharactersAreEscaped() {
        #expect("\u{1f}\t\u{0}".jsonText == #""\u001f\t\u0000""#)
    }

    @Test func absentMembersAreLeftOutOrNullAsAsked() {
        var json = JSONWriter()
        json.object { json in
            json.field("a", ifPresent: String?.none)
            json.field("b", orNull: String?.none)
            json.field("c", [1, 2])
        }
        #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"b":null,"c":[1,2]}"#)
    }
}

@Suite struct JSONReaderTests {
    private struct Point: JSONDecodable, Equatable {
        let x: Int
        let label: String?

        init?(json: JSONReader) {
            guard json.isObject() else { return nil }
            let x = json["x"].integer(in: 0...9)
            label = json["label"].optional(String.self)
            guard let x else { return nil }
            self.x = x
        }
    }

    private struct Points: JSONDecodable {
        let points: [Point]
        let name: String

        init?(json: JSONReader) {
            guard json.isObject() else { return nil }
            let points = json["points"].array(of: Point.self, count: 1...3)
            let name = json["na/m~e"].string(length: 1...3)
            guard let points, let name else { return nil }
            self.points = points
            self.name = name
        }
    }

    private func faults(_ text: String) throws -> [JSONFault] {
        let value = try JSONValue(parsing: Array(text.utf8))
        do throws(JSONFaults) {
            _ = try JSONReader.decode(Points.self, from: value)
            return []
        } catch {
            return error.faults
        }
    }

    @Test func aSoundDocumentIsRead() throws {
        let value = try JSONValue(
            parsing: Array(#"{"points":[{"x":1,"label":null},{"x":2,"label":"b"}],"na/m~e":"abc"}"#.utf8))
        let points = try JSONReader.decode(Points.self, from: value)
        #expect(points.points.map(\.x) == [1, 2])
        #expect(points.points.map(\.label) == [nil, "b"])
    }

    @Test func everyFaultIsFoundInOnePassAndNamedByPointer() throws {
        let found = try faults(#"{"points":[{"x":"1"},{"x":10},{"label":3}],"na/m~e":"abcd"}"#)
        #expect(
            found.map(\.pointer) == ["/points/0/x", "/points/1/x", "/points/2/label", "/points/2/x", "/na~1m~0e"]
                || found.map(\.pointer) == [
                    "/points/0/x", "/points/1/x", "/points/2/x", "/points/2/label", "/na~1m~0e",
                ])
    }

    @Test(arguments: [
        (#"[]"#, [""]), (#"{}"#, ["/points", "/na~1m~0e"]), (#"{"points":[],"na/m~e":""}"#, ["/points", "/na~1m~0e"]),
        (#"{"points":{},"na/m~e":1}"#, ["/points", "/na~1m~0e"]),
        (#"{"points":[1,{"x":2.0}],"na/m~e":"a"}"#, ["/points/0", "/points/1/x"]),
    ])
    func wrongShapesAreNamed(_ text: String, _ pointers: [String]) throws {
        #expect(try faults(text).map(\.pointer) == pointers)
    }
}
