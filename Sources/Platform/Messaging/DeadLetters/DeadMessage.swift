import AMQP
import DomainKit
import JSON

/// A message from a dead-letter queue, as it is to be stored. Whatever it holds, it can be.
struct DeadMessage: Sendable {
    /// The header that numbers a message's redrives: a death that carries it belongs to that redrive.
    static let redriveHeader = "tradewind-redrive"

    let messageID: EntityID?
    /// The id as it was sent, where that is no UUID.
    let sentMessageID: String?
    let type: String?
    let aggregateType: String?
    let aggregateID: EntityID?
    let occurredAt: Timestamp?
    /// A JSON object.
    let headers: String
    let body: [UInt8]
    let reason: String
    let attempts: Int
    let firstFailedAt: Timestamp
    let lastFailedAt: Timestamp
    /// Of which redrive this death was; 0 for the message's first way.
    let redrive: Int

    init(_ delivery: Delivery, at now: Timestamp) {
        let properties = delivery.properties
        let headers = properties.headers
        let sentID = properties.messageID ?? CloudEvent.value(CloudEvent.id, in: headers)
        messageID = sentID.flatMap { EntityID($0) }
        sentMessageID = messageID == nil ? sentID?.storable : nil
        type = (CloudEvent.value(CloudEvent.type, in: headers) ?? properties.type)?.storable
        aggregateType = CloudEvent.value(CloudEvent.source, in: headers).flatMap { source in
            let prefix = "/tradewind/"
            return source.hasPrefix(prefix) ? String(source.dropFirst(prefix.count)).storable : nil
        }
        aggregateID = CloudEvent.value(CloudEvent.subject, in: headers).flatMap { EntityID($0) }
        occurredAt =
            CloudEvent.value(CloudEvent.time, in: headers).flatMap(Timestamp.init(storable:))
            ?? properties.timestamp.map(Timestamp.init(seconds:)).flatMap { $0.isStorable ? $0 : nil }
        self.headers = Self.json(headers)
        body = delivery.body
        let brokersReason = headers["x-first-death-reason"]?.text.map { "the broker gave it up: \($0)" }
        reason = (headers[FailureHeader.error]?.text ?? brokersReason ?? "unknown").storable
        // The broker counts in a header that is a table; what it moved here has failed at least once.
        attempts = max(1, FailureHeader.attempts(in: headers))
        let last = headers[FailureHeader.lastFailedAt]?.text.flatMap(Timestamp.init(storable:)) ?? now
        lastFailedAt = last
        firstFailedAt = headers[FailureHeader.firstFailedAt]?.text.flatMap(Timestamp.init(storable:)) ?? last
        redrive = Int(clamping: min(max(headers[Self.redriveHeader]?.integer ?? 0, 0), 1_000_000))
    }

    private static func json(_ headers: MessageHeaders) -> String {
        var json = JSONWriter()
        // A name with a zero byte may become another's, and no name may come twice.
        var names: Set<String> = []
        json.object { json in
            for (name, value) in headers.sorted(by: { $0.key < $1.key }) where names.insert(name.storable).inserted {
                switch value {
                case .text(let text): json.field(name.storable, text.storable)
                case .integer(let number): json.field(name.storable, number)
                case .boolean(let flag): json.field(name.storable, flag)
                case .other: break
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The headers that a message takes along when it is sent again: without those that count its failures, those of
    /// the broker, and those that the relay makes anew.
    static func redriveHeaders(from stored: [UInt8], redrive: Int) -> String {
        let failures = [
            FailureHeader.attempt, FailureHeader.firstFailedAt, FailureHeader.lastFailedAt, FailureHeader.error,
            FailureHeader.consumer, redriveHeader,
        ]
        let members = OutboxEntry.headers(stored).filter { !failures.contains($0.key) && !$0.key.hasPrefix("x-") }
        return json(members.merging([redriveHeader: .integer(Int64(redrive))]) { $1 })
    }
}

extension String {
    /// The text as PostgreSQL can hold it: it knows no zero byte.
    fileprivate var storable: String { utf8.contains(0) ? replacing("\0", with: "\u{FFFD}") : self }
}

extension Timestamp {
    /// A time of a header; nil where it is none, or one that PostgreSQL could not hold.
    fileprivate init?(storable text: String) {
        guard let time = Timestamp(text), time.isStorable else { return nil }
        self = time
    }

    /// Whether it is after 1970 and before 9999.
    fileprivate var isStorable: Bool { (0..<253_000_000_000_000_000).contains(microseconds) }
}
