import DomainKit
import JSON
import StockDomain
import Testing

@Suite struct ProductTests {
    private func decode(_ text: String) throws -> ProductDetails {
        try JSONReader.decode(from: try JSONValue(parsing: Array(text.utf8)))
    }

    private func faults(_ text: String) throws -> [String] {
        let document = try JSONValue(parsing: Array(text.utf8))
        do {
            _ = try JSONReader.decode(ProductDetails.self, from: document)
            return []
        } catch {
            return error.faults.map(\.pointer)
        }
    }

    @Test func aProductIsReadFromJSON() throws {
        let details = try decode(#"{"sku":"TEA-1","name":"Sencha","unitPrice":{"amount":"0.00","currency":"EUR"}}"#)
        #expect(details.sku == "TEA-1")
        #expect(details.name == "Sencha")
        #expect(details.unitPrice.description == "0.00 EUR")
    }

    @Test(
        arguments: [
            (#"{}"#, ["/sku", "/name", "/unitPrice"]),
            (#"[]"#, [""]),
            (#"{"sku":1,"name":null,"unitPrice":"19.99"}"#, ["/sku", "/name", "/unitPrice"]),
            (
                #"{"sku":"","name":" ","unitPrice":{"amount":"1.999","currency":"EUR"}}"#,
                ["/sku", "/name", "/unitPrice/amount"]
            ),
            (
                #"{"sku":"a\tb","name":"a\u0085b","unitPrice":{"amount":"-1","currency":"EUR"}}"#,
                ["/sku", "/name", "/unitPrice/amount"]
            ),
            (
                #"{"sku":"a","name":"b","unitPrice":{"amount":1,"currency":"XYZ"}}"#,
                [
                    "/unitPrice/amount", "/unitPrice/currency",
                ]
            ),
            (
                #"{"sku":"a","name":"b","unitPrice":{"amount":"99999999999999999999","currency":"EUR"}}"#,
                ["/unitPrice/amount"]
            ),
        ]) func everyFaultOfAProductIsToldAtOnce(text: String, pointers: [String]) throws
    {
        #expect(Set(try faults(text)) == Set(pointers))
    }

    @Test func lengthsAreLimitedInUnicodeScalars() throws {
        func body(sku: Int, name: Int) -> String {
            let sku = String(repeating: "ä", count: sku)
            let name = String(repeating: "茶", count: name)
            return #"{"sku":"\#(sku)","name":"\#(name)","unitPrice":{"amount":"1","currency":"JPY"}}"#
        }
        #expect(try faults(body(sku: 64, name: 200)) == [])
        #expect(Set(try faults(body(sku: 65, name: 201))) == ["/sku", "/name"])
    }

    @Test func aChangeRaisesTheVersionAndNoChangeIsNone() throws {
        let details = try decode(#"{"sku":"a","name":"b","unitPrice":{"amount":"1","currency":"EUR"}}"#)
        let dollars = try decode(#"{"sku":"a","name":"b","unitPrice":{"amount":"1","currency":"USD"}}"#)
        let product = Product(registering: .v7(), details: details)
        #expect(product.version == 1)
        #expect(product.changed(to: details) == nil)
        #expect(product.changed(to: dollars)?.version == 2)
        #expect(product.changed(to: dollars)?.details == dollars)
    }
}
