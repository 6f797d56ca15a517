import DomainKit
import JSON
import NotificationContracts
import Testing

/// The schemas in the description of the messages are what the contracts read and write.
@Suite struct NotificationEventSchemaTests {
    @Test(arguments: [NotificationSent.self as any DescribedEvent.Type, NotificationFailed.self])
    func theExampleIsReadAndWrittenAgain(event: any DescribedEvent.Type) throws {
        let example = try JSONValue(parsing: event.schema.example.jsonBytes)
        #expect(event.schema.name == event.type)
        #expect(event.schema.faults(in: example).isEmpty)
        let read = try JSONReader.decode(event, from: example)
        #expect(try JSONValue(parsing: read.jsonBytes) == example)
    }
}
