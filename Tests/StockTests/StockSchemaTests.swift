import JSON
import StockDomain
import Testing

@testable import StockAPI

/// The schemas in the description of the API are what the code reads.
@Suite struct StockSchemaTests {
    @Test func theExamplesOfBodiesAreRead() throws {
        let details = try JSONValue(parsing: ProductDetails.schema.example.jsonBytes)
        #expect(ProductDetails.schema.faults(in: details).isEmpty)
        #expect(try JSONReader.decode(ProductDetails.self, from: details).unitPrice.amount == "19.99")
        let adjustment = try JSONValue(parsing: Adjustment.schema.example.jsonBytes)
        #expect(try JSONReader.decode(Adjustment.self, from: adjustment).delta == 25)
    }

    @Test(arguments: [
        ("", false), (" \u{2003}", false), ("a\u{7}b", false), ("Grüner Tee", true), (" x ", true),
        (String(repeating: "x", count: 64), true), (String(repeating: "x", count: 65), false),
    ])
    func schemaAndDecoderAgreeOnTexts(text: String, isAllowed: Bool) throws {
        let sku = try #require(ProductDetails.schema.members.first { $0.name == "sku" })
        #expect(sku.schema.faults(in: .string(text)).isEmpty == isAllowed)
        let price = JSONValue.object(["amount": .string("1.00"), "currency": .string("USD")])
        let body = JSONValue.object(["sku": .string(text), "name": .string("x"), "unitPrice": price])
        #expect(((try? JSONReader.decode(ProductDetails.self, from: body)) != nil) == isAllowed)
    }

    @Test func schemaAndDecoderAgreeThatNothingIsNoAdjustment() {
        let body = JSONValue.object(["delta": .integer(0), "reason": .string("none")])
        #expect(!Adjustment.schema.faults(in: body).isEmpty)
        #expect(throws: JSONFaults.self) { try JSONReader.decode(Adjustment.self, from: body) }
    }
}
