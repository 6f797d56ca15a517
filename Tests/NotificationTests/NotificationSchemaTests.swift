import JSON
import Testing

@testable import NotificationAPI

/// The schemas in the description of the API are what the code reads.
@Suite struct NotificationSchemaTests {
    @Test func theExamplesOfBodiesAreRead() throws {
        let new = try JSONValue(parsing: NewTemplateBody.schema.example.jsonBytes)
        #expect(NewTemplateBody.schema.faults(in: new).isEmpty)
        #expect(try JSONReader.decode(NewTemplateBody.self, from: new).content.key.text == "order-confirmed")
        let changed = try JSONValue(parsing: ChangedTemplateBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(ChangedTemplateBody.self, from: changed).change.key?.text == "order-confirmed")
        let preferences = try JSONValue(parsing: PreferencesBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(PreferencesBody.self, from: preferences).preferences.kinds.count == 3)
    }

    @Test(arguments: ["order-confirmed", "a", "Order", "a--b", "-a", "a_b", ""])
    func schemaAndDecoderAgreeOnKeys(key: String) throws {
        guard case .object(var body) = try JSONValue(parsing: NewTemplateBody.schema.example.jsonBytes) else {
            throw JSONFaults([])
        }
        body["key"] = .string(key)
        let isAllowed = NewTemplateBody.schema.faults(in: .object(body)).isEmpty
        #expect(((try? JSONReader.decode(NewTemplateBody.self, from: .object(body))) != nil) == isAllowed)
    }
}
