import DomainKit
import JSON
import Testing

@Suite struct JSONSchemaTests {
    private let order = JSONSchema.object(
        "Order", .required("id", .uuid), .required("state", .oneOf(["Open", "Done"])),
        .required("count", .integer(1...9, example: 3)),
        .optional("note", JSONSchema.string(0...5, example: "hi").orNull),
        .required("total", .money), .optional("lines", .array(of: .any, count: 1...2)))

    private func faults(_ text: String) throws -> [String] {
        order.faults(in: try JSONValue(parsing: Array(text.utf8))).map { "\($0.pointer) \($0.detail)" }
    }

    @Test func aSchemaAllowsItsOwnExample() throws {
        #expect(order.faults(in: try JSONValue(parsing: order.example.jsonBytes)).isEmpty)
        let delta = JSONSchema(.oneOf([.integer(1...9, example: 2), .integer(-9 ... -1, example: -2)]))
        #expect(delta.faults(in: try JSONValue(parsing: delta.example.jsonBytes)).isEmpty)
        #expect(!delta.faults(in: .integer(0)).isEmpty)
    }

    @Test func everyFaultIsFound() throws {
        #expect(
            try faults(#"{"id":"7","state":"open","count":10,"note":"longer","total":1,"lines":[],"more":true}"#) == [
                #"/id "7" is not allowed"#, #"/state "open" is not allowed"#, "/count 10 is out of bounds",
                #"/note "longer" is not allowed"#, "/total must not be an integer", "/lines has 0 elements",
                "/more is not named by the schema",
            ])
        #expect(try faults("[]") == [" must not be an array"])
    }

    @Test func nullIsAllowedOnlyWhereItIsSaid() throws {
        let id = "0197a0e0-7c4b-7d31-9a52-3f1c5f0e8a11"
        let total = #"{"amount":"1.00","currency":"USD"}"#
        let text = #"{"id":"\#(id)","state":"Open","count":1,"note":null,"total":\#(total),"lines":null}"#
        #expect(try faults(text) == ["/lines must not be null"])
    }

    @Test func aNamedSchemaIsReferredToAndDefinedOnce() {
        let page = JSONSchema.object(nil, .required("first", order), .optional("second", order.orNull))
        #expect(
            page.jsonText == """
                {"type":"object","properties":{"first":{"$ref":"#/components/schemas/Order"},\
                "second":{"oneOf":[{"$ref":"#/components/schemas/Order"},{"type":"null"}]}},"required":["first"]}
                """)
        #expect(Set(page.named.compactMap(\.name)) == ["Order", "Money", "Currency"])
    }

    @Test func whatIsNullableSaysSoInItsTypeAndItsValues() {
        #expect(JSONSchema.oneOf(["a"]).orNull.jsonText == #"{"type":["string","null"],"enum":["a",null]}"#)
    }
}
