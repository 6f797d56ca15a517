import AMQP
import DomainKit
import Glibc
import TestKit
import Testing

@Suite struct AMQPConnectionTests {
    private static let queue = Topology(
        exchanges: [.init("events")], queues: [.init("q", arguments: ["x-queue-type": "quorum"])],
        bindings: [.init("q", to: "events", routingKey: "a.*")])

    private func message(_ id: String, exchange: String = "events", key: String = "a.b") -> OutgoingMessage {
        OutgoingMessage(exchange: exchange, routingKey: key, messageID: id, body: Array("{}".utf8))
    }

    @Test func aMessageArrivesAsItWasSent() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                var sent = message("m1")
                sent.type = "Thing"
                sent.correlationID = "c1"
                sent.timestamp = Timestamp(microseconds: 1_700_000_000_999_999)
                sent.headers = ["text": "ü", "number": -5, "flag": true]
                sent.body = Array("{\"a\":1}".utf8)
                #expect(try await connection.publish([sent]).outcomes == [.confirmed])
                let received = try #require(try await vhost.take(1, from: "q").first)
                #expect(received.body == sent.body)
                #expect(received.exchange == "events" && received.routingKey == "a.b" && !received.isRedelivered)
                #expect(received.properties.messageID == "m1" && received.properties.type == "Thing")
                #expect(received.properties.correlationID == "c1")
                #expect(received.properties.contentType == "application/json")
                #expect(received.properties.timestamp == 1_700_000_000)
                #expect(received.properties.headers == sent.headers)
            }
        }
    }

    @Test func bodiesOfAnySizeArriveWhole() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                let sizes = [0, 1, 131_064, 131_065, 1_000_000]
                let messages = sizes.map { size in
                    var message = message("m\(size)")
                    message.body = [UInt8](repeating: 7, count: size)
                    return message
                }
                let report = try await connection.publish(messages)
                #expect(report.outcomes.allSatisfy { $0 == .confirmed })
                #expect(try await vhost.take(sizes.count, from: "q").map(\.body.count) == sizes)
            }
        }
    }

    @Test func manyMessagesAreConfirmedInWindowsAndArriveInOrder() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                for batch in 0..<2 {
                    let messages = (0..<1_500).map { message("\(batch)-\($0)") }
                    let report = try await connection.publish(messages)
                    #expect(report.failure == nil && report.outcomes.allSatisfy { $0 == .confirmed })
                }
                let ids = try await vhost.take(3_000, from: "q").map(\.properties.messageID)
                #expect(ids == (0..<2).flatMap { batch in (0..<1_500).map { "\(batch)-\($0)" } })
            }
        }
    }

    @Test func whatNoQueueWantsComesBackByItsID() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                var optional = message("optional", key: "nobody")
                optional.mandatory = false
                let report = try await connection.publish(
                    [message("1"), message("2", key: "nobody"), message("3"), optional])
                #expect(report.outcomes == [.confirmed, .unroutable("NO_ROUTE"), .confirmed, .confirmed])
            }
        }
    }

    @Test func aMissingExchangeClosesTheChannelAndEverythingIsUnknown() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                let report = try await connection.publish([message("1", exchange: "nowhere")])
                #expect(report.outcomes == [.unknown])
                #expect(report.failure?.code == .channelClosed && report.failure?.replyCode == 404)
                #expect(await !connection.isOpen)
                try await connection.open()
                try await connection.declare(Self.queue)
                #expect(try await connection.publish([message("2")]).outcomes == [.confirmed])
            }
        }
    }

    @Test func declaringTwiceChangesNothingAndDifferentlyIsRefused() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                try await connection.declare(Self.queue)
                let error = await #expect(throws: AMQPError.self) {
                    try await connection.declare(Topology(queues: [.init("q")]))
                }
                #expect(error?.code == .channelClosed && error?.replyCode == 406)
            }
        }
    }

    @Test func whatIsNotAcknowledgedComesAgain() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                _ = try await connection.publish([message("1"), message("2"), message("3")])
                try await connection.consume("q", prefetch: 10)
                var got: [Delivery] = []
                while got.count < 3 { got += try await connection.receive(max: 10, wait: .seconds(5)) }
                try await connection.acknowledge(got[1].tag, multiple: true)
                await connection.close()
                let again = try await vhost.take(1, from: "q")
                #expect(again.map(\.properties.messageID) == ["3"])
                #expect(again[0].isRedelivered)
                #expect(try await vhost.messageCount(of: "q") == 0)
            }
        }
    }

    @Test func waitingCostsNothingAndEndsAtOnceWhenInterrupted() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                try await connection.consume("q", prefetch: 10)
                let start = ContinuousClock.now
                let waiting = Task { try await connection.receive(max: 10, wait: .seconds(60)) }
                try await Task.sleep(for: .milliseconds(300))
                connection.interrupt()
                #expect(try await waiting.value.isEmpty)
                #expect(ContinuousClock.now - start < .seconds(15))
            }
        }
    }

    @Test func anotherCallEndsAWait() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                try await connection.consume("q", prefetch: 10)
                let waiting = Task { try await connection.receive(max: 10, wait: .seconds(60)) }
                try await Task.sleep(for: .milliseconds(200))
                try await connection.keepAlive()
                #expect(try await waiting.value.isEmpty)
            }
        }
    }

    @Test func aDeletedQueueEndsItsConsumer() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { connection in
                try await connection.declare(Self.queue)
                try await connection.consume("q", prefetch: 10)
                try await vhost.management.call("DELETE", "/queues/\(vhost.name)/q")
                let error = await #expect(throws: AMQPError.self) {
                    for _ in 0..<50 { _ = try await connection.receive(max: 1, wait: .milliseconds(200)) }
                }
                #expect(error?.code == .consumerCancelled)
            }
        }
    }

    @Test func aBrokerThatIsNotThereIsUnreachable() async throws {
        let connection = AMQPConnection(BrokerSettings(url: "amqp://127.0.0.1:1", connectTimeout: .seconds(2)))
        let error = await #expect(throws: AMQPError.self) { try await connection.open() }
        #expect(error?.code == .unreachable)
        await #expect(throws: AMQPError.self) { try await connection.publish([message("1")]) }
    }

    @Test func aConnectionGoesToANodeThatAnswers() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { try await $0.declare(Self.queue) }
            try await vhost.withProxy { one, url in
                try await vhost.withProxy { two, _ in
                    // The two proxies are two nodes of one broker, and nobody listens at the third.
                    let both = url.replacing(":\(one.port)/", with: ":\(one.port),127.0.0.1:\(two.port),127.0.0.1:1/")
                    let connection = AMQPConnection(BrokerSettings(url: both))
                    try await connection.open()
                    #expect(try await connection.publish([message("1")]).outcomes == [.confirmed])
                    one.close()
                    // Whichever it was connected to: there is one left.
                    await connection.close()
                    try await connection.open()
                    #expect(try await connection.publish([message("2")]).outcomes == [.confirmed])
                    two.close()
                    await connection.close()
                    let error = await #expect(throws: AMQPError.self) { try await connection.open() }
                    #expect(error?.code == .unreachable)
                }
            }
        }
    }

    @Test func aWrongPasswordIsRefusedAndNotRepeated() async throws {
        try await TestVhost.with { vhost in
            let host = vhost.url.split(separator: "@").last ?? ""
            let connection = AMQPConnection(BrokerSettings(url: "amqp://somebody:secret@\(host)"))
            let error = await #expect(throws: AMQPError.self) { try await connection.open() }
            #expect(error?.code == .accessRefused)
            #expect(error.map { !String(reflecting: $0).contains("secret") } ?? false)
        }
    }

    @Test func heartbeatsKeepAnIdleConnectionOpen() async throws {
        try await TestVhost.with { vhost in
            let settings = BrokerSettings(url: vhost.url, heartbeat: .seconds(1))
            let connection = AMQPConnection(settings)
            try await connection.open()
            try await connection.declare(Self.queue)
            try await connection.consume("q", prefetch: 1)
            // The broker hangs up after two silent intervals.
            #expect(try await connection.receive(max: 1, wait: .seconds(4)).isEmpty)
            #expect(try await connection.publish([message("1")]).outcomes == [.confirmed])
            await connection.close()
        }
    }

    @Test func aBrokerThatReadsNoMoreCannotBlockAPublisherForEver() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { try await $0.declare(Self.queue) }
            try await vhost.withProxy { proxy, url in
                let connection = AMQPConnection(BrokerSettings(url: url, replyTimeout: .seconds(1)))
                try await connection.open()
                proxy.stall(true)
                let start = ContinuousClock.now
                // More than the sockets' buffers hold, so that the C library blocks in the middle of it.
                let messages = (0..<200).map { number in
                    var message = message("\(number)")
                    message.body = [UInt8](repeating: 7, count: 100_000)
                    return message
                }
                let report = try await connection.publish(messages)
                #expect(report.outcomes.allSatisfy { $0 == .unknown })
                #expect(report.failure?.isUnreachable == true)
                #expect(ContinuousClock.now - start < .seconds(8))
                proxy.stall(false)
                try await connection.open()
                #expect(try await connection.publish([message("again")]).outcomes == [.confirmed])
                await connection.close()
            }
        }
    }

    @Test func aBrokerThatHangsUpWhileWeWaitIsNoticedAtOnce() async throws {
        try await TestVhost.with { vhost in
            try await vhost.withConnection { try await $0.declare(Self.queue) }
            try await vhost.withProxy { proxy, url in
                let connection = AMQPConnection(BrokerSettings(url: url))
                try await connection.open()
                try await connection.consume("q", prefetch: 1)
                let waiting = Task { try await connection.receive(max: 1, wait: .seconds(60)) }
                try await Task.sleep(for: .milliseconds(100))
                proxy.hangUp()
                let error = await #expect(throws: AMQPError.self) { try await waiting.value }
                #expect(error?.code == .connectionLost)
                #expect(await !connection.isOpen)
            }
        }
    }
}
