import JSON
import TestKit
import Testing

/// Templates in several languages: what may stand beside what.
@Suite struct TemplateVariantTests {
    private static let path = "/api/notification-templates"
    private static let confirmed = "\(path)/019a0000-0000-7000-8000-000000000001"
    private static let confirmedInGerman = "\(path)/019a0000-0000-7000-8000-000000000003"

    private func create(
        _ key: String, _ members: String, on server: NotificationServer
    ) async throws -> HTTPAnswer {
        try await server.client.send(
            "POST", Self.path, json: #"{"key":"\#(key)",\#(members)"subject":"s","textBody":"t","htmlBody":"h"}"#)
    }

    private func change(_ location: String, _ members: String, on server: NotificationServer) async throws -> HTTPAnswer
    {
        try await server.client.send(
            "PUT", location, headers: ["If-Match": "*"],
            json: #"{\#(members)"subject":"s","textBody":"t","htmlBody":"h"}"#)
    }

    @Test func aVariantStandsBesideTheDefaultOneAndHasItsChannel() async throws {
        try await NotificationServer.with { server in
            let austrian = try await create("order-confirmed", #""locale":"de_at","#, on: server)
            #expect(austrian.status == 201)
            #expect(austrian.json["locale"] == .string("de-AT"))
            #expect(austrian.json["channel"] == .string("email"))
            #expect(austrian.json["version"] == .integer(1))
            let again = try await create("order-confirmed", #""locale":"de-AT","#, on: server)
            #expect(again.status == 409)
            #expect(again.json["type"] == .string("/problems/template-key-taken"))
        }
    }

    @Test func aVariantNeedsADefaultOne() async throws {
        try await NotificationServer.with { server in
            let alone = try await create("welcome", #""locale":"de","#, on: server)
            #expect(alone.status == 409)
            #expect(alone.json["type"] == .string("/problems/template-variant-refused"))
            #expect(try await create("welcome", "", on: server).json["channel"] == .string("log"))
            #expect(try await create("welcome", #""locale":"de","#, on: server).status == 201)
        }
    }

    @Test func theDefaultVariantStaysWhileThereAreOthers() async throws {
        try await NotificationServer.with { server in
            let any = ["If-Match": "*"]
            #expect(try await server.client.send("DELETE", Self.confirmed, headers: any).status == 409)
            for members in [#""key":"other","#, #""locale":"en","#] {
                let answer = try await change(Self.confirmed, members, on: server)
                #expect(answer.status == 409)
                #expect(answer.json["type"] == .string("/problems/template-variant-refused"))
            }
            #expect(try await server.client.send("DELETE", Self.confirmedInGerman, headers: any).status == 204)
            #expect(try await server.client.send("DELETE", Self.confirmed, headers: any).status == 204)
        }
    }

    @Test func theChannelIsChangedAtTheDefaultVariantForAll() async throws {
        try await NotificationServer.with { server in
            #expect(try await create("order-confirmed", #""locale":"fr","channel":"log","#, on: server).status == 409)
            #expect(try await change(Self.confirmedInGerman, #""channel":"log","#, on: server).status == 409)
            let before = try await server.client.send("GET", Self.confirmedInGerman).json
            #expect(try await change(Self.confirmed, #""channel":"webhook","#, on: server).status == 200)
            let german = try await server.client.send("GET", Self.confirmedInGerman).json
            #expect(german["channel"] == .string("webhook"))
            #expect(german["subject"] == before["subject"])
            let version = try #require(before["version"]?.integerValue)
            #expect(german["version"] == .integer(version + 1))
        }
    }

    @Test func aVariantCanMoveToAnotherLanguageThatIsFree() async throws {
        try await NotificationServer.with { server in
            let moved = try await change(Self.confirmedInGerman, #""locale":"de-CH","#, on: server)
            #expect(moved.status == 200 && moved.json["locale"] == .string("de-CH"))
            let kept = try await change(Self.confirmedInGerman, #""locale":null,"#, on: server)
            #expect(kept.status == 200 && kept.json["locale"] == .string("de-CH"))
            #expect(try await create("order-confirmed", #""locale":"de","#, on: server).status == 201)
            #expect(try await change(Self.confirmedInGerman, #""locale":"de","#, on: server).status == 409)
        }
    }

    /// Would catch a channel that is looked at before others are kept from changing it.
    @Test func howeverChangesMeetAllVariantsOfAKeyShareOneChannel() async throws {
        try await NotificationServer.with { server in
            for round in 0..<5 {
                let languages = (0..<4).map { "x\(Character(UnicodeScalar(UInt8(97 + $0))))-\(round + 100)" }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for language in languages {
                        group.addTask {
                            _ = try await create("order-confirmed", #""locale":"\#(language)","#, on: server)
                        }
                    }
                    for channel in ["log", "webhook", "email"] {
                        group.addTask { _ = try await change(Self.confirmed, #""channel":"\#(channel)","#, on: server) }
                    }
                    try await group.waitForAll()
                }
                let templates = try await server.client.send("GET", "\(Self.path)?limit=200").json["items"]?.arrayValue
                let channels = (templates ?? []).filter { $0["key"] == "order-confirmed" }.map { $0["channel"] }
                #expect(channels.count >= 2 + languages.count)
                let different = Set(channels.map { $0?.stringValue })
                #expect(different.count == 1)
            }
        }
    }
}
