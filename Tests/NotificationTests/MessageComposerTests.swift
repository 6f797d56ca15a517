import DomainKit
import JSON
import NotificationDomain
import OrderContracts
import Testing

@testable import NotificationApplication

@Suite struct MessageComposerTests {
    private static let time = Timestamp(microseconds: 0)

    private func variants(_ locales: String?...) -> [NotificationTemplate] {
        locales.enumerated().map { number, locale in
            NotificationTemplate(
                id: .v7(),
                content: TemplateContent(
                    key: .orderConfirmed, locale: locale.flatMap { LocaleTag($0) }, channel: .email,
                    subject: locale ?? "default", textBody: "t", htmlBody: "h"),
                version: number + 1, createdAt: Self.time, updatedAt: Self.time)
        }
    }

    private func composed(
        for locale: String?, default standard: String = "en", from variants: [NotificationTemplate]
    ) throws -> ComposedMessage {
        let composer = MessageComposer(
            renderer: DataRenderer(), formatter: PlainFormatter(),
            defaultLocale: try #require(LocaleTag(standard)))
        return try composer.message(
            of: .order(try someOrder(), reason: nil), to: "Ann", in: locale.flatMap { LocaleTag($0) }, from: variants)
    }

    @Test(
        arguments: [
            ("de-AT", "en", "de", "de-AT"), ("de", "en", "de", "de"), ("de-CH", "en", "de-CH", "de-CH"),
            ("en-GB", "en", "default", "en-GB"), (nil, "en", "default", "en"), (nil, "de-AT", "de", "de-AT"),
            ("ja", "en", "default", "en"), ("ja", "de", "de", "de"), ("zh-Hant-TW", "en", "zh-Hant", "zh-Hant-TW"),
            ("zh-TW", "fr", "default", "fr"),
        ] as [(String?, String, String, String)])
    func aRecipientReadsTheirLanguageOrTheNextBest(
        locale: String?, standard: String, expected: String, language: String
    ) throws {
        let variants = variants("zh-Hant", "de", nil, "de-CH")
        let composed = try composed(for: locale, default: standard, from: variants)
        #expect(composed.message.subject == expected)
        #expect(composed.locale.text == language)
        let chosen = variants.first { $0.content.subject == expected }
        #expect(composed.templateVersion == chosen?.version)
    }

    @Test func withoutAVariantThatWillDoThereIsNoMessage() throws {
        for variants in [[], variants("de", "fr")] {
            let error = #expect(throws: RenderingFailed.self) { try composed(for: "ja", from: variants) }
            #expect(error?.reason == "there is no such template")
        }
    }

    @Test func amountsAndTimesAreWrittenInTheLanguageOfTheMessage() throws {
        let data = try JSONValue(
            parsing: Array(try composed(for: "de-AT", from: variants(nil, "de")).message.text.utf8))
        #expect(data["locale"] == "de-AT")
        #expect(data["total"]?["formatted"] == "60.02 EUR as in de-AT")
        #expect(data["items"]?.arrayValue?.first?["unitPrice"]?["formatted"] == "19.99 EUR as in de-AT")
        #expect(data["items"]?.arrayValue?.first?["lineTotal"]?["formatted"] == "59.97 EUR as in de-AT")
        #expect(data["orderDateFormatted"] == "2026-11-21T09:30:15.123456Z as in de-AT")
        #expect(data["orderDate"] == "2026-11-21 09:30 UTC")
        #expect(data["customerName"] == "Ann" && data["recipientName"] == "Ann")
    }
}

/// Gives the data itself as the text.
private struct DataRenderer: MessageRenderer {
    func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message {
        Message(subject: content.subject, text: String(decoding: data.jsonBytes, as: UTF8.self), html: "")
    }

    func faults(in text: String, filledWith shape: JSONSchema?) -> [String] { [] }
}
