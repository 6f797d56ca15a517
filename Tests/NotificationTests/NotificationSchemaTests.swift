import JSON
import Testing

@testable import NotificationAPI

/// The schemas in the description of the API are what the code reads.
@Suite struct NotificationSchemaTests {
    @Test func theExamplesOfBodiesAreRead() throws {
        let new = try JSONValue(parsing: NewTemplateBody.schema.example.jsonBytes)
        #expect(NewTemplateBody.schema.faults(in: new).isEmpty)
        #expect(
            try JSONReader.decode(NewTemplateBody.self, from: new).draft.variant.description == "order-confirmed/de")
        let changed = try JSONValue(parsing: ChangedTemplateBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(ChangedTemplateBody.self, from: changed).change.key?.text == "order-confirmed")
        let preferences = try JSONValue(parsing: PreferencesBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(PreferencesBody.self, from: preferences).preferences.kinds.count == 3)
    }

    @Test func thePreviewOfTheExampleIsRead() throws {
        let wish = try JSONValue(parsing: PreviewTemplateBody.schema.example.jsonBytes)
        #expect(try JSONReader.decode(PreviewTemplateBody.self, from: wish).wish.version == 1)
    }

    @Test(arguments: ["de", "de-AT", "DE_at", "zh-Hant-TW", "es-419", "german", "d", "de-", "de-Latn-DE-x", ""])
    func schemaAndDecoderAgreeOnLocales(locale: String) throws {
        guard case .object(var body) = try JSONValue(parsing: NewTemplateBody.schema.example.jsonBytes) else {
            throw JSONFaults([])
        }
        body["locale"] = .string(locale)
        let isAllowed = NewTemplateBody.schema.faults(in: .object(body)).isEmpty
        #expect(((try? JSONReader.decode(NewTemplateBody.self, from: .object(body))) != nil) == isAllowed)
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
