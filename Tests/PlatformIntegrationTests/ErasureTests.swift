import AMQP
import DomainKit
import Messaging
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct ErasureTests {
    private static let address = "ann@example.org"

    /// A message about `aggregate` that tells where its customer lives.
    private func message(_ bench: MessagingBench, about aggregate: EntityID, text: String? = nil) -> OutgoingMessage {
        var message = bench.message(ParcelSent(aggregate, 1))
        let body = #"{"orderId":"\#(aggregate)","items":[1],"reason":"late","contact":{"email":"\#(Self.address)"}}"#
        message.body = Array((text ?? body).utf8)
        message.headers["cloudEvents_subject"] = .text(aggregate.description)
        return message
    }

    private func details(_ bench: MessagingBench, of letter: DeadLetter?) async throws -> DeadLetterDetails {
        let letter = try #require(letter)
        let details = try await bench.store().details(letter.seq)
        return try #require(details)
    }

    private func erase(_ bench: MessagingBench, _ aggregates: [EntityID], of person: EntityID = .v7()) async throws {
        try await bench.provider().perform { try await Erasure.erase(aggregates, of: person, in: $0) }
    }

    @Test func deadLettersLoseThePersonAndStayFitToBeSentAgain() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            try await bench.running(bench.collector()) {
                let (erased, other) = (EntityID.v7(), EntityID.v7())
                try await bench.kill(
                    [message(bench, about: erased), message(bench, about: other)],
                    reason: "\(Self.address) is no address")
                let letters = try await bench.letters(2)
                try await erase(bench, [erased])
                let details = try await self.details(bench, of: letters.first { $0.aggregateID == erased })
                let body = String(decoding: details.body, as: UTF8.self)
                #expect(body.contains("items") && body.contains(#""erased""#) && !body.contains(Self.address))
                let rest = "\(details.letter.reason) \(String(decoding: details.headers, as: UTF8.self))"
                #expect(!rest.contains(Self.address) && details.history.map(\.detail) == ["erased"])
                let kept = try await self.details(bench, of: letters.first { $0.aggregateID == other })
                #expect(String(decoding: kept.body, as: UTF8.self).contains(Self.address))

                try await erase(bench, [other])
                #expect(try await bench.database.tables(holding: Self.address) == [])
                try await bench.store().redrive(details.letter.seq, by: "me")
                #expect(try await bench.outboxCount() == 1)
            }
        }
    }

    @Test func aMessageThatDiesAfterTheErasureIsStoredWithoutThePerson() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let erased = EntityID.v7()
            try await erase(bench, [erased])
            // The second has no header that says what it is about, and is not even JSON.
            var unreadable = message(bench, about: .v7(), text: "\(erased) lives at \(Self.address)")
            unreadable.headers = [:]
            try await bench.kill([message(bench, about: erased), unreadable])
            try await bench.running(bench.collector()) { _ = try await bench.letters(2) }
            #expect(try await bench.database.tables(holding: Self.address) == [])
        }
    }

    @Test func whatNamesThePersonGoesEvenIfNobodyCanReadIt() async throws {
        try await MessagingBench.with { bench in
            try await bench.declareQueues()
            let person = EntityID.v7()
            var unreadable = message(bench, about: .v7(), text: "{\(person): \(Self.address)")
            unreadable.headers = [:]
            try await bench.kill([unreadable])
            try await bench.running(bench.collector()) { _ = try await bench.letters(1) }
            let held = try await HeldMessages.find(about: [], naming: person, in: bench.pool)
            #expect(held.map(\.heldIn) == ["dead letters"])
            try await erase(bench, [], of: person)
            #expect(try await bench.database.tables(holding: Self.address) == [])
        }
    }

    @Test func eventsThatWaitInTheOutboxLoseThePerson() async throws {
        try await MessagingBench.with { bench in
            let erased = EntityID.v7()
            try await bench.pool.execute(
                """
                INSERT INTO outbox (message_id, type, routing_key, aggregate_type, aggregate_id, payload, occurred_at)
                SELECT $1::uuid, 'OrderConfirmed', 'order.confirmed', 'order', $1::uuid, payload, now()
                FROM unnest(ARRAY[$2::text, 'no JSON: \(Self.address)']) AS payload
                """, [.id(erased), .text(#"{"orderId":"1","contact":{"email":"\#(Self.address)"}}"#)])
            try await erase(bench, [erased])
            let payloads = try await bench.pool.query("SELECT payload FROM outbox ORDER BY seq") { try $0.text(0) }
            #expect(payloads == [#"{"orderId": "1"}"#, "{}"])
        }
    }
}
