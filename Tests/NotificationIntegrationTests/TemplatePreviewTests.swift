import JSON
import TestKit
import Testing

/// Every template can be looked at as a reader would see it, before and after it is kept.
@Suite struct TemplatePreviewTests {
    private static let path = "/api/notification-templates"
    private static let confirmed = "\(path)/019a0000-0000-7000-8000-000000000001"
    private static let confirmedInGerman = "\(path)/019a0000-0000-7000-8000-000000000003"

    private func preview(_ location: String, _ wish: String, on server: NotificationServer) async throws -> HTTPAnswer {
        try await server.client.send("POST", "\(location)/preview", json: wish)
    }

    private func pointers(_ answer: HTTPAnswer) -> [String] {
        (answer.json["errors"]?.arrayValue ?? []).compactMap { $0["pointer"]?.stringValue }
    }

    @Test func everySeedShowsAMessageWithNoGapLeft() async throws {
        try await NotificationServer.with { server in
            let seeds = try await server.client.send("GET", Self.path).json["items"]?.arrayValue ?? []
            #expect(seeds.count == 8)
            for seed in seeds {
                let id = try #require(seed["id"]?.stringValue)
                let shown = try await preview("\(Self.path)/\(id)", "{}", on: server)
                #expect(shown.status == 200)
                #expect(shown.json["locale"] == (seed["locale"] == .null ? "en" : seed["locale"]))
                for part in ["subject", "textBody", "htmlBody"] {
                    let text = try #require(shown.json[part]?.stringValue)
                    #expect(!text.contains("{{") && !text.contains("}}") && !text.isEmpty)
                    // A name that is filled with nothing leaves such traces.
                    for trace in ["  )", "()", " ,", ": \n", "<td style=\"padding: 6px 0\"></td>", "<strong></strong>"]
                    {
                        #expect(!text.contains(trace), "\(text)")
                    }
                }
                #expect(shown.json["htmlBody"]?.stringValue?.contains("Tea &amp; &lt;sugar&gt;") == true)
                #expect(shown.json["textBody"]?.stringValue?.contains("Tea & <sugar>") == true)
            }
        }
    }

    @Test func amountsAndDatesAreThoseOfTheReader() async throws {
        try await NotificationServer.with { server in
            let german = try await preview(Self.confirmedInGerman, "{}", on: server)
            let text = try #require(german.json["textBody"]?.stringValue).plainSpaces
            #expect(text.contains("Gesamtbetrag: 1.260,02 €") && text.contains("21. November 2026"))
            #expect(text.hasPrefix("Guten Tag Zoë Müller,\n"))
            let austrian = try await preview(Self.confirmedInGerman, #"{"locale":"de-AT"}"#, on: server)
            #expect(austrian.json["locale"] == "de-AT")
            #expect(austrian.json["textBody"]?.stringValue?.plainSpaces.contains("€ 1.260,02") == true)
            #expect(austrian.json["htmlBody"]?.stringValue?.contains(#"<html lang="de-AT">"#) == true)
            let english = try await preview(Self.confirmed, #"{"locale":"ja"}"#, on: server)
            #expect(english.json["locale"] == "en")
            #expect(english.json["textBody"]?.stringValue?.contains("Total: €1,260.02") == true)
        }
    }

    @Test func givenDataStandsInPlaceOfTheSample() async throws {
        try await NotificationServer.with { server in
            let wish = #"{"data":{"recipientName":null,"reason":"<none> left","items":[]},"locale":"de"}"#
            let shown = try await preview("\(Self.path)/019a0000-0000-7000-8000-000000000004", wish, on: server)
            #expect(shown.json["textBody"]?.stringValue?.hasPrefix("Guten Tag,\n") == true)
            #expect(shown.json["textBody"]?.stringValue?.contains("Grund: <none> left\n") == true)
            #expect(shown.json["htmlBody"]?.stringValue?.contains("&lt;none&gt; left") == true)
        }
    }

    @Test func textsThatAreNotKeptAndVersionsThatWereCanBeLookedAt() async throws {
        try await NotificationServer.with { server in
            let before = try await server.client.send("GET", Self.confirmed)
            let draft = try await preview(Self.confirmed, #"{"subject":"Hi {{customerName}}"}"#, on: server)
            #expect(draft.json["subject"] == "Hi Zoë Müller")
            #expect(draft.json["textBody"]?.stringValue?.contains("Your shop") == true)
            let first = try await preview(Self.confirmed, #"{"version":1}"#, on: server)
            #expect(first.json["textBody"]?.stringValue?.contains("Total: 1260.02 EUR") == true)
            #expect(try await server.client.send("GET", Self.confirmed).json == before.json)
        }
    }

    @Test(arguments: [
        (#"{"data":{"nobody":1,"customerName":2,"items":[{"name":"x"}]}}"#, ["/data/customerName", "/data/nobody"]),
        (#"{"subject":"{{nobody}}","textBody":"{{#items}}"}"#, ["/subject", "/textBody"]),
        (#"{"version":99}"#, ["/version"]), (#"{"locale":"German","data":7}"#, ["/data"]),
    ])
    func aFaultyWishIsRefusedWithItsPlaces(wish: String, expected: [String]) async throws {
        try await NotificationServer.with { server in
            let answer = try await preview(Self.confirmed, wish, on: server)
            #expect(answer.status == 422)
            for pointer in expected { #expect(pointers(answer).contains(pointer), "\(answer.json)") }
        }
    }

    @Test func aTextThatWouldLoopTooLongIsRefused() async throws {
        try await NotificationServer.with { server in
            let text =
                String(repeating: "{{#items}}", count: 30) + String(repeating: "{{/items}}", count: 30)
            let answer = try await preview(Self.confirmed, #"{"textBody":"\#(text)"}"#, on: server)
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.arrayValue?.first?["detail"]?.stringValue?.contains("too long") == true)
        }
    }
}

extension String {
    /// With every space as U+0020, since ICU's data changes them from version to version.
    var plainSpaces: String {
        String(String.UnicodeScalarView(unicodeScalars.map { [0xA0, 0x202F].contains($0.value) ? " " : $0 }))
    }
}
