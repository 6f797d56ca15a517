import DomainKit
import JSON
import Testing

@testable import OrderAPI

/// The schemas in the description of the API are what the code reads.
@Suite struct OrderSchemaTests {
    @Test func theExamplesOfBodiesAreRead() throws {
        let placing = try JSONValue(parsing: PlaceOrderBody.schema.example.jsonBytes)
        #expect(PlaceOrderBody.schema.faults(in: placing).isEmpty)
        #expect(try JSONReader.decode(PlaceOrderBody.self, from: placing).command.items.count == 1)
        let cancelling = try JSONValue(parsing: CancelOrderBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(CancelOrderBody.self, from: cancelling).reason == "Changed my mind")
    }

    @Test(arguments: ["customerId", "items"])
    func whatTheSchemaRequiresTheDecoderRequires(member: String) throws {
        guard case .object(var members) = try JSONValue(parsing: PlaceOrderBody.schema.example.jsonBytes) else {
            throw JSONFaults([])
        }
        members[member] = nil
        #expect(PlaceOrderBody.schema.faults(in: .object(members)).map(\.pointer) == ["/\(member)"])
        let faults = #expect(throws: JSONFaults.self) {
            try JSONReader.decode(PlaceOrderBody.self, from: .object(members))
        }
        #expect(faults?.faults.map(\.pointer) == ["/\(member)"])
    }

    @Test(arguments: ["shippingAddress", "paymentMethod", "contact"])
    func whatTheSchemaLeavesOutTheDecoderLeavesOut(member: String) throws {
        guard case .object(var members) = try JSONValue(parsing: PlaceOrderBody.schema.example.jsonBytes) else {
            throw JSONFaults([])
        }
        for value in [JSONValue.null, nil] {
            members[member] = value
            #expect(PlaceOrderBody.schema.faults(in: .object(members)).isEmpty)
            _ = try JSONReader.decode(PlaceOrderBody.self, from: .object(members))
        }
    }
}
