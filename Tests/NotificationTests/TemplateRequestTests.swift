import JSON
import Testing

@testable import NotificationAPI

@Suite struct TemplateRequestTests {
    private func faults<Body: JSONDecodable>(_ text: String, as type: Body.Type) throws -> [String] {
        let document = try JSONValue(parsing: Array(text.utf8))
        do {
            _ = try JSONReader.decode(type, from: document)
            return []
        } catch {
            return error.faults.map(\.pointer)
        }
    }

    @Test(arguments: [
        (#"{}"#, ["/key", "/subject", "/textBody", "/htmlBody"]),
        (#"[]"#, [""]), (#""text""#, [""]), (#"null"#, [""]),
        (#"{"key":"A b","subject":"s","textBody":"t","htmlBody":"h"}"#, ["/key"]),
        (#"{"key":"a","locale":"German","subject":"s","textBody":"t","htmlBody":"h"}"#, ["/locale"]),
        (#"{"key":"a","channel":"fax","subject":"s","textBody":"t","htmlBody":"h"}"#, ["/channel"]),
        (
            #"{"key":1,"channel":[],"subject":" ","textBody":"","htmlBody":{}}"#,
            ["/key", "/channel", "/subject", "/textBody", "/htmlBody"]
        ),
    ])
    func everyFaultOfANewTemplateIsNamed(text: String, expected: [String]) throws {
        #expect(try faults(text, as: NewTemplateBody.self) == expected)
    }

    @Test func aNewTemplateMayLeaveOutChannelAndLocale() throws {
        let text = #"{"key":"a","locale":null,"subject":"s","textBody":"t","htmlBody":"h"}"#
        let body = try JSONReader.decode(NewTemplateBody.self, from: try JSONValue(parsing: Array(text.utf8)))
        #expect(body.draft.channel == nil)
        #expect(body.draft.variant.description == "a")
    }

    @Test func aLocaleIsReadInAnyLetters() throws {
        let text = #"{"key":"a","locale":"DE_at","subject":"s","textBody":"t","htmlBody":"h"}"#
        let body = try JSONReader.decode(NewTemplateBody.self, from: try JSONValue(parsing: Array(text.utf8)))
        #expect(body.draft.variant.description == "a/de-AT")
    }

    @Test(arguments: [
        (#"{}"#, []), (#"{"data":null,"locale":null,"version":null,"subject":null}"#, []), (#"[]"#, [""]),
        (
            #"{"locale":"German","version":0,"subject":" ","textBody":1,"htmlBody":""}"#,
            ["/locale", "/version", "/subject", "/textBody", "/htmlBody"]
        ),
        (#"{"data":[]}"#, ["/data"]),
    ])
    func aPreviewMayLeaveOutEverything(text: String, expected: [String]) throws {
        #expect(try faults(text, as: PreviewTemplateBody.self) == expected)
    }

    @Test(arguments: [
        (#"{}"#, ["/subject", "/textBody", "/htmlBody"]),
        (#"{"subject":"s","textBody":"t","htmlBody":"h"}"#, []),
        (#"{"key":"","channel":"x","subject":"s","textBody":"t","htmlBody":null}"#, ["/key", "/channel", "/htmlBody"]),
    ])
    func aChangeMayLeaveOutKeyAndChannel(text: String, expected: [String]) throws {
        #expect(try faults(text, as: ChangedTemplateBody.self) == expected)
    }

    @Test func textsAreBounded() throws {
        let long = String(repeating: "ä", count: 501)
        let text = #"{"key":"a","subject":"\#(long)","textBody":"t","htmlBody":"h"}"#
        #expect(try faults(text, as: NewTemplateBody.self) == ["/subject"])
    }
}
