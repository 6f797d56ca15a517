import DomainKit
import JSON
import Locking
import NotificationDomain
import OrderContracts
import Testing

@testable import NotificationApplication

/// The step between taking a delivery and recording it, without I/O.
@Suite struct DeliverNotificationTests {
    private let deliver = DeliverNotification(
        composer: MessageComposer(renderer: EchoRenderer(), formatter: EchoRenderer()), log: ScriptedChannel(.log))

    private func template(_ key: TemplateKey = .orderConfirmed) -> NotificationTemplate {
        NotificationTemplate(
            TemplateContent(key: key, channel: .email, subject: "s", textBody: "t", htmlBody: "h"),
            at: Timestamp(microseconds: 0))
    }

    private static let schedule: [Duration?] = [
        .seconds(10), .seconds(20), .seconds(40), .seconds(80), .seconds(160), nil,
    ]

    @Test func aTemporaryFailureIsTriedAgainFiveTimesEachPauseTwiceAsLong() async throws {
        let channel = ScriptedChannel(.email, failure: DeliveryFailed(reason: "busy", isTemporary: true))
        for (tries, pause) in Self.schedule.enumerated() {
            let result = await deliver(
                try somePending(try someOrder(), tries: tries), to: KnownCustomer(), from: [template()],
                through: channel)
            #expect(result.pause == pause)
            #expect(result.status == (pause == nil ? .failed : .pending))
            #expect(result.attempt == (pause == nil ? .failed : .deferred))
            #expect(result.reason == "busy")
        }
    }

    @Test func aPermanentFailureIsNotTriedAgain() async throws {
        let channel = ScriptedChannel(.email, failure: DeliveryFailed(reason: "no such mailbox"))
        let result = await deliver(
            try somePending(try someOrder()), to: KnownCustomer(), from: [template()], through: channel)
        #expect(result.status == .failed && result.attempt == .failed && result.pause == nil)
    }

    @Test func whatHasAMessageIsSentAsItIs() async throws {
        let channel = ScriptedChannel(.email)
        let kept = Message(subject: "kept", text: "kept", html: "kept")
        let result = await deliver(
            try somePending(try someOrder(), message: kept, round: 3), to: KnownCustomer(), from: [template()],
            through: channel)
        #expect(result.status == .sent && result.composed == nil)
        #expect(channel.taken.map(\.message) == [kept])
        #expect(channel.taken.map(\.round) == [3])
    }

    @Test func withoutMessageOrFactsItFails() async throws {
        let channel = ScriptedChannel(.email)
        let result = await deliver(
            try somePending(try someOrder(), isKept: false), to: KnownCustomer(), from: [template()], through: channel)
        #expect(result.reason == "what it tells of was not kept" && result.status == .failed)
        #expect(channel.taken.isEmpty && result.attempt == nil)
    }

    @Test func aDeletedTemplateFailsWithoutAnAttempt() async throws {
        let channel = ScriptedChannel(.email)
        let result = await deliver(try somePending(try someOrder()), to: KnownCustomer(), from: [], through: channel)
        #expect(result.reason == "there is no template order-confirmed" && result.status == .failed)
        #expect(channel.taken.isEmpty && result.attempt == nil)
    }

    @Test func whatIsUntrueByNowIsSkipped() async throws {
        let channel = ScriptedChannel(.email)
        let result = await deliver(
            try somePending(try someOrder(), isUntrue: true), to: KnownCustomer(), from: [template()],
            through: channel)
        #expect(result.status == .skipped && result.reason == "order-cancelled came before it was sent")
        #expect(channel.taken.isEmpty)
    }

    @Test func whatIsForAnOperatorWithoutAnAddressIsOnlyRecorded() async throws {
        let channel = ScriptedChannel(.email, needsAddress: true)
        let message = Message(subject: "low", text: "low", html: "low")
        let digest = Notification(
            id: .v7(), orderID: nil, customerID: nil, template: .lowStockDigest, channel: .email, recipient: "operator",
            message: message, createdAt: Timestamp(microseconds: 0))
        let delivery = PendingDelivery(
            notification: digest, occasion: .lowStock([]), cause: Cause(correlationID: "digest"))
        let recorded = await deliver(delivery, to: KnownCustomer(), from: [], through: channel)
        #expect(recorded.status == .sent && recorded.channel == .log && recorded.recipient == .shopOperator)
        #expect(channel.taken.isEmpty)
        let addressed = DeliverNotification(
            composer: MessageComposer(renderer: EchoRenderer(), formatter: EchoRenderer()),
            operatorEmail: "shop@example.org", log: ScriptedChannel(.log))
        let mailed = await addressed(delivery, to: KnownCustomer(), from: [], through: channel)
        #expect(mailed.channel == .email && mailed.recipient == .email("shop@example.org"))
        #expect(channel.taken.count == 1)
    }

    @Test(arguments: [
        ("550 5.1.1 <ann@example.org>: no such user", "550 5.1.1 … no such user"), ("a  b", "a  b"), ("", ""),
    ])
    func noAddressGetsIntoALog(text: String, expected: String) { #expect(text.withoutAddresses == expected) }
}

/// A channel that does what it is told, and keeps what it was given.
private final class ScriptedChannel: NotificationChannel {
    let channel: Channel
    let needsAddress: Bool
    private let failure: DeliveryFailed?
    private let messages = Mutex<[OutgoingMessage]>([])

    init(_ channel: Channel, needsAddress: Bool = false, failure: DeliveryFailed? = nil) {
        self.channel = channel
        self.needsAddress = needsAddress
        self.failure = failure
    }

    var taken: [OutgoingMessage] { messages.withLock { $0 } }

    func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
        messages.withLock { $0.append(message) }
        if let failure { throw failure }
    }
}

/// Takes templates as they are.
private struct EchoRenderer: MessageRenderer, LocaleFormatter {
    func render(_ content: TemplateContent, with data: JSONValue) throws(RenderingFailed) -> Message {
        Message(subject: content.subject, text: content.textBody, html: content.htmlBody)
    }

    func faults(in text: String, filledWith shape: JSONSchema?) -> [String] { [] }
    func text(_ amount: Money, in locale: LocaleTag) -> String { amount.amount }
    func text(_ time: Timestamp, in locale: LocaleTag) -> String { time.description }
}
