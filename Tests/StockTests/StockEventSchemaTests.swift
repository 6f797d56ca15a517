import DomainKit
import JSON
import StockContracts
import Testing

/// The schemas in the description of the messages are what the contracts read and write.
@Suite struct StockEventSchemaTests {
    @Test(arguments: [
        ProductPriced.self as any DescribedEvent.Type, ProductRunLow.self, StockProcessCompleted.self,
        StockProcessFailed.self,
    ])
    func theExampleIsReadAndWrittenAgain(event: any DescribedEvent.Type) throws {
        let example = try JSONValue(parsing: event.schema.example.jsonBytes)
        #expect(event.schema.name == event.type)
        #expect(event.schema.faults(in: example).isEmpty)
        let read = try JSONReader.decode(event, from: example)
        #expect(try JSONValue(parsing: read.jsonBytes) == example)
    }
}
