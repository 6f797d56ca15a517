import DeadLetterAPI
import DomainKit
import HTTPServer
import JSON
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeadLetterAPITests {
    /// Serves the routes over the dead letters of `numbers`, oldest first.
    private func serving(
        _ numbers: Range<Int>, rule: @escaping RedriveRule = { _, _ in nil },
        _ body: @escaping @Sendable (MessagingBench, HTTPClient, [DeadLetter]) async throws -> Void
    ) async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.running(bench.collector()) {
                try await bench.kill(numbers.map { bench.message(ParcelSent(.v7(), $0)) })
                let letters = try await bench.letters(numbers.count)
                var router = Router()
                DeadLetterRoutes(bench.store(rule: rule), keys: PostgresIdempotencyKeys()).add(to: &router)
                try await HTTPClient.with(router) { try await body(bench, $0, letters) }
            }
        }
    }

    @Test func theListIsPagedAndFiltered() async throws {
        try await serving(0..<5) { bench, client, letters in
            var path = "/api/dead-letters?limit=2&status=Waiting&consumer=\(bench.parcels.queue)"
            var ids: [String] = []
            for _ in 0..<3 {
                let answer = try await client.send("GET", path)
                #expect(answer.status == 200)
                ids += (answer.json["items"]?.arrayValue ?? []).compactMap { $0["messageId"]?.stringValue }
                guard let next = answer.json["nextCursor"]?.stringValue else { break }
                path = "/api/dead-letters?limit=2&status=Waiting&cursor=\(next)"
            }
            #expect(ids == letters.reversed().map(\.messageID.description))
            let others = try await client.send("GET", "/api/dead-letters?status=Handled")
            #expect(others.json["items"]?.arrayValue?.isEmpty == true)
            for bad in ["status=waiting", "limit=0", "cursor=eA", "consumer="] {
                #expect(try await client.send("GET", "/api/dead-letters?\(bad)").status == 400)
            }
        }
    }

    @Test func oneIsShownRedrivenAndDiscarded() async throws {
        try await serving(0..<2) { bench, client, letters in
            let path = "/api/dead-letters/\(letters[0].messageID)"
            let shown = try await client.send("GET", path)
            #expect(
                shown.status == 200 && shown.json["attempts"]?.integerValue == 4
                    && shown.json["reason"]?.stringValue == "poison")
            #expect(shown.json["body"]?.stringValue?.contains(#""number":0"#) == true)
            #expect(shown.json["headers"]?["tradewind-consumer"] == .string(bench.parcels.queue))
            #expect(shown.json["history"]?.arrayValue?.first?["action"]?.stringValue == "Died")

            let redriven = try await client.send("POST", "\(path)/redrive", headers: ["X-Correlation-ID": "me"])
            #expect(redriven.status == 202 && redriven.json["status"]?.stringValue == "Redriven")
            #expect(redriven.json["history"]?.arrayValue?.last?["detail"]?.stringValue == "me")
            #expect(try await bench.outboxCount() == 1)
            #expect(try await client.send("POST", "\(path)/redrive").status == 409)
            #expect(try await client.send("DELETE", path).status == 409)

            let other = "/api/dead-letters/\(letters[1].messageID)"
            #expect(try await client.send("DELETE", other).status == 204)
            #expect(try await client.send("DELETE", other).status == 204)
            #expect(try await client.send("GET", other).json["status"]?.stringValue == "Discarded")
            for unknown in [EntityID.v7().description, "x"] {
                #expect(try await client.send("GET", "/api/dead-letters/\(unknown)").status == 404)
                #expect(try await client.send("POST", "/api/dead-letters/\(unknown)/redrive").status == 404)
                #expect(try await client.send("DELETE", "/api/dead-letters/\(unknown)").status == 404)
            }
        }
    }

    @Test func aRedriveWithAKeyIsDoneOnceAndAnsweredTheSameAgain() async throws {
        try await serving(0..<3) { bench, client, letters in
            let path = "/api/dead-letters/\(letters[0].messageID)/redrive"
            let first = try await client.send("POST", path, headers: ["Idempotency-Key": "one"])
            let again = try await client.send("POST", path, headers: ["Idempotency-Key": "one"])
            #expect(first.status == 202 && again.status == 202 && again.body == first.body)
            #expect(again.header("Idempotent-Replayed") == "true")
            #expect(try await client.send("POST", path, headers: ["Idempotency-Key": "two"]).status == 409)
            let other = "/api/dead-letters/\(letters[1].messageID)/redrive"
            #expect(try await client.send("POST", other, headers: ["Idempotency-Key": "one"]).status == 422)
            #expect(try await bench.outboxCount() == 1)

            let many = ["Idempotency-Key": "many"]
            let wish = #"{"reason":"poison","limit":1}"#
            let started = try await client.send("POST", "/api/dead-letters/redrive", headers: many, json: wish)
            let repeated = try await client.send("POST", "/api/dead-letters/redrive", headers: many, json: wish)
            #expect(started.status == 202 && repeated.body == started.body)
            #expect(repeated.header("Location") == started.header("Location"))
            #expect(try await bench.letters(1, .queued).map(\.seq) == [letters[1].seq])
        }
    }

    @Test func aRefusalIsAConflictThatSaysWhy() async throws {
        let rule: RedriveRule = { _, _ in "The parcel came back." }
        try await serving(0..<1, rule: rule) { bench, client, letters in
            let path = "/api/dead-letters/\(letters[0].messageID)"
            let answer = try await client.send("POST", "\(path)/redrive")
            #expect(answer.status == 409 && answer.json["detail"]?.stringValue == "The parcel came back.")
            #expect(try await client.send("GET", path).json["status"]?.stringValue == "Waiting")
            #expect(try await bench.outboxCount() == 0)
        }
    }

    @Test func aMessageDeadAtSeveralConsumersNeedsOneToBeNamed() async throws {
        try await serving(0..<1) { bench, client, letters in
            try await bench.pool.execute(
                """
                INSERT INTO dead_letters (consumer, message_id, headers, body, reason, attempts, first_failed_at,
                                          last_failed_at, died_at)
                SELECT 'depot.other', message_id, headers, '\\xff00', reason, attempts, first_failed_at, last_failed_at,
                       died_at FROM dead_letters
                """)
            let path = "/api/dead-letters/\(letters[0].messageID)"
            for (method, path) in [("GET", path), ("POST", "\(path)/redrive"), ("DELETE", path)] {
                let answer = try await client.send(method, path)
                #expect(answer.status == 409)
                #expect(answer.json["detail"]?.stringValue?.contains("depot.other, depot.parcel-sent") == true)
            }
            let other = try await client.send("GET", "\(path)?consumer=depot.other")
            #expect(other.status == 200 && other.json["bodyBase64"]?.stringValue == "/wA=" && other.json["body"] == nil)
            #expect(try await client.send("DELETE", "\(path)?consumer=depot.other").status == 204)
            #expect(try await bench.letters(1).first?.consumer == bench.parcels.queue)
        }
    }

    @Test func manyAreRedrivenByAFilterAndADryRunChangesNothing() async throws {
        try await serving(0..<3) { bench, client, letters in
            let path = "/api/dead-letters/redrive"
            let dry = try await client.send("POST", path, json: #"{"type":"ParcelSent","limit":2,"dryRun":true}"#)
            #expect(
                dry.status == 200 && dry.json["selected"]?.integerValue == 2 && dry.json["refused"]?.integerValue == 0)
            #expect(dry.json["items"]?.arrayValue?.first?["messageId"] == .string(letters[0].messageID.description))
            #expect(try await bench.letters(3) == letters)
            #expect(try await bench.pool.first("SELECT count(*) FROM dead_letter_redrives") { try $0.integer(0) } == 0)

            let wet = try await client.send("POST", path, json: #"{"reason":"poison","limit":2}"#)
            #expect(
                wet.status == 202 && wet.json["selected"]?.integerValue == 2
                    && wet.json["state"]?.stringValue == "Trying")
            let redrive = try await client.send("GET", try #require(wet.header("location")))
            #expect(redrive.status == 200 && redrive.json == wet.json)
            #expect(try await bench.letters(2, .queued).map(\.seq) == [letters[0].seq, letters[1].seq])

            for bad in ["{}", #"{"limit":0}"#, #"{"limit":1001}"#, #"{"limit":1,"dryRun":1}"#, "[]"] {
                #expect(try await client.send("POST", path, json: bad).status == 422)
            }
            #expect(try await client.send("GET", "/api/dead-letters/redrives/\(EntityID.v7())").status == 404)
        }
    }
}
