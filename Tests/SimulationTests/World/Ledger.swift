import AMQP
import DomainKit
import JSON

@testable import Messaging

/// What must hold, and what happened so far as it is needed to know that.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Ledger: @unchecked Sendable {
    struct Committed {
        let entry: OutboxEntry
        let failures: Int
        let source: Int
        var label: Int { EntityID(entry.message.messageID)?.label ?? 0 }
    }

    private(set) var committed: [Int: Committed] = [:]
    /// The messages of each aggregate in the order in which they were written.
    private var written: [EntityID: [Int]] = [:]
    private var accepted: Set<Int> = []
    /// How often each message was stored in each queue.
    private var stored: [String: [Int: Int]] = [:]
    private var effects: [InboxKey: Int] = [:]
    private var failures: [InboxKey: Int] = [:]
    private var deaths: [InboxKey: DeadMessage] = [:]
    var unreadable: Set<Int> = []

    // MARK: - The database

    func didCommit(_ changes: Changes, in world: World) {
        for effect in changes.effects {
            world.note(nil, "is handled", effect.messageID.label, effect.consumer)
            effects[effect, default: 0] += 1
            if effects[effect] != 1 {
                world.violate("message \(effect.messageID.label) was handled twice by \(effect.consumer)")
            }
        }
        for (key, death) in changes.deaths {
            world.note(nil, "is written down as dead", key.messageID.label, key.consumer)
            deaths[key] = death
        }
        for entry in changes.entries {
            let event = (try? JSONValue(parsing: entry.message.body)).flatMap {
                try? JSONReader.decode(Placed.self, from: $0)
            }
            let one = Committed(entry: entry, failures: event?.failures ?? 0, source: event?.source ?? 0)
            world.note(nil, "is committed", one.label, "\(entry.message.type), row \(entry.seq)")
            committed[one.label] = one
            written[entry.aggregateID, default: []].append(one.label)
        }
    }

    /// Whether the handler is to fail once more.
    func mustFail(_ key: InboxKey, _ times: Int) -> Bool {
        guard failures[key, default: 0] < times else { return false }
        failures[key, default: 0] += 1
        return true
    }

    // MARK: - The broker

    /// - Parameter refused: what the broker refused earlier in the same call.
    func didPublish(
        _ message: OutgoingMessage, _ outcome: PublishOutcome, to queues: [Queue], refused: inout Set<Int>,
        by host: Host, in world: World
    ) {
        let label = EntityID(message.messageID)?.label ?? 0
        for queue in queues {
            stored[queue.name, default: [:]][label, default: 0] += 1
            if world.conditions.isCalm, world.mistake == nil, stored[queue.name]?[label] != 1 {
                world.violate("message \(label) was stored twice in \(queue.name), and nothing had gone wrong")
            }
        }
        guard message.exchange == eventsExchange else {
            return checkFailure(message, label, to: queues, in: world)
        }
        guard let one = committed[label] else {
            return world.violate("message \(label) was published, and never committed")
        }
        let shard = Database.shard(of: one.entry.aggregateID)
        if let session = host.relaySession, session.isAlive, !world.database.holds(shard, session) {
            world.violate("message \(label) was published by a relay that does not hold its shard")
        }
        if outcome != .confirmed { refused.insert(label) }
        for earlier in written[one.entry.aggregateID, default: []].prefix(while: { $0 != label })
        where !queues.isEmpty && !accepted.contains(earlier) {
            // Of messages on one route that are under way together, the broker may refuse the first and take the next.
            if refused.contains(earlier), committed[earlier]?.entry.route == one.entry.route { continue }
            world.violate("message \(label) was published before \(earlier), which its aggregate said earlier")
        }
        if outcome == .confirmed { accepted.insert(label) }
    }

    /// A message goes to a wait queue or to the dead letters.
    private func checkFailure(_ message: OutgoingMessage, _ label: Int, to queues: [Queue], in world: World) {
        guard let queue = queues.first else { return }
        let attempt = Int(message.headers[FailureHeader.attempt]?.integer ?? 0)
        let consumer = message.headers[FailureHeader.consumer]?.text ?? ""
        if unreadable.contains(label) {
            if !queue.name.hasSuffix(".dlq") { world.violate("message \(label) is tried again, and cannot be read") }
            return
        }
        guard let id = EntityID(message.messageID) else { return }
        let failed = failures[InboxKey(consumer: consumer, messageID: id), default: 0]
        if attempt > failed {
            world.violate("message \(label) counts \(attempt) attempts at \(consumer), and failed \(failed) times")
        }
        let delays = world.conditions.consumer.retryDelays
        let expected =
            attempt > delays.count
            ? SubscriptionTopology.deadLetterQueue(of: consumer)
            : SubscriptionTopology.retryQueue(of: consumer, after: delays[max(1, attempt) - 1])
        if queue.name != expected {
            world.violate("message \(label) goes to \(queue.name) after attempt \(attempt) at \(consumer)")
        }
    }

    // MARK: - The end

    /// Checks what must hold when all is done.
    func check(_ world: World) {
        for label in committed.keys.sorted() {
            guard let one = committed[label] else { continue }
            for queue in world.broker.routes[one.entry.route.routingKey, default: []] {
                if stored[queue.name]?[label] == nil { world.violate("message \(label) never reached \(queue.name)") }
                check(one, at: queue, world)
            }
        }
        let dead = Set(deaths.keys.map(\.messageID.label))
        for label in unreadable.subtracting(dead).sorted() {
            world.violate("message \(label) cannot be read, and is not among the dead letters")
        }
    }

    private func check(_ one: Committed, at queue: Queue, _ world: World) {
        let label = one.label
        guard let id = EntityID(one.entry.message.messageID) else { return }
        let times = effects[InboxKey(consumer: queue.name, messageID: id), default: 0]
        let isPoison = queue.name == Workload.touchy.queue && one.failures == Workload.poison
        let death = deaths[InboxKey(consumer: queue.name, messageID: id)]
        if times != (isPoison ? 0 : 1) { world.violate("message \(label) was handled \(times) times by \(queue.name)") }
        if (death != nil) != isPoison {
            world.violate("message \(label) is \(isPoison ? "not " : "")among the dead letters of \(queue.name)")
        }
        if let death, death.attempts != 4 || death.reason != "poison" {
            world.violate("message \(label) died after \(death.attempts) attempts, because \(death.reason)")
        }
        guard queue.name == Workload.touchy.queue else { return }
        let followUp = isPoison ? Refused.type : Taken.type
        let number = committed.values.count { $0.source == label && $0.entry.message.type == followUp }
        if number != 1 { world.violate("message \(label) led to \(number) times \(followUp)") }
    }
}
