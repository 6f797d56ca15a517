import AMQP
import DomainKit
import Lifecycle
import Observability

@testable import Messaging

/// A handler that cannot handle a message.
struct HandlerFailed: Error, CustomStringConvertible {
    var description: String { "poison" }
}

/// What the processes of a simulation do.
enum Workload {
    /// More failures than a message has attempts.
    static let poison = 1_000
    /// The consumer at which messages fail.
    static let touchy = Subscription(consumer: "touchy", to: Placed.self)
    static let calm = Subscription(consumer: "calm", to: Placed.self)
    static let moves = Subscription(consumer: "calm", to: Moved.self)
    static let answers = Subscription(consumer: "calm", to: Taken.self)

    /// A change of an aggregate that is still to be made.
    struct Change {
        let aggregateID: EntityID
        let isMove: Bool
        let failures: Int
    }

    static func plan(_ conditions: Conditions, _ random: inout SplitMix64) -> [Change] {
        let aggregates = (0..<conditions.aggregates).map { EntityID(high: 0x4000, low: 1 + UInt64($0) * 5) }
        return (0..<random.within(3...24)).map { _ in
            // Some fail for ever, some once or twice, most never.
            let failures = random.chance(100) ? poison : random.chance(200) ? random.within(1...2) : 0
            return Change(
                aggregateID: aggregates[random.below(aggregates.count)], isMove: random.chance(300), failures: failures)
        }
    }

    static func declare(_ world: World) {
        func declare<Event: WorkloadEvent>(_ subscription: Subscription<Event>) {
            world.broker.declare(
                SubscriptionTopology(
                    queue: subscription.queue, routingKey: Event.routingKey,
                    retryDelays: world.conditions.consumer.retryDelays
                ).topology)
        }
        declare(touchy)
        declare(calm)
        declare(moves)
        declare(answers)
    }
}

extension World {
    /// Begins a life of a process.
    func start(_ number: Int, _ role: Host.Role) {
        guard !isOver else { return }
        let host = Host(number, role)
        note(host, "starts")
        hosts.append(host)
        lives.append(host)
        switch role {
        case .worker: startServices(on: host)
        case .api: for _ in 0..<3 { run(on: host) { await self.change(on: host) } }
        }
    }

    /// Runs something in a process.
    func run(on host: Host, _ body: @escaping @Sendable () async -> Void) {
        host.running += 1
        host.tasks.append(
            Task(executorPreference: scheduler) {
                await body()
                host.running -= 1
            })
    }

    private func startServices(on host: Host) {
        let wakeUp = OutboxWakeUp()
        let relay = OutboxRelay(
            from: SimulatedOutboxStore(world: self, host: host), to: publisher(host), wakeUp: wakeUp,
            settings: conditions.relay, timing: SimulatedTiming(world: self, host: host), logger: .silent,
            metrics: metrics)
        run(on: host) { await relay.run(until: host.shutdown) }
        let collector = DeadLetterCollector(
            Workload.touchy, deliveries: deliveries(host), heartbeat: .seconds(3),
            into: SimulatedArchive(store: SimulatedInboxStore(world: self, host: host)), logger: .silent,
            clock: SimulatedWallClock(world: self), timing: SimulatedTiming(world: self, host: host), metrics: metrics)
        run(on: host) { await collector.run(until: host.shutdown) }
        consume(Workload.touchy, on: host, wakeUp) { received, _, work in
            try await (work as? any HandlerTransaction)?.lock(received.map(\.event.aggregateID))
            for one in received { try await work.publish(Refused(after: one), cause: one.cause) }
        } handler: { received, work in
            try await self.handle(received, Workload.touchy.queue, work)
            for one in received { try await work.publish(Taken(after: one), cause: one.cause) }
        }
        consume(Workload.calm, on: host, wakeUp) { try await self.handle($0, Workload.calm.queue, $1) }
        consume(Workload.moves, on: host, wakeUp) { try await self.handle($0, Workload.moves.queue, $1) }
        consume(Workload.answers, on: host, wakeUp) { try await self.handle($0, Workload.answers.queue, $1) }
    }

    private func consume<Event: WorkloadEvent>(
        _ subscription: Subscription<Event>, on host: Host, _ wakeUp: OutboxWakeUp,
        whenGivenUp: Consumer<Event>.GivenUp? = nil, handler: @escaping Consumer<Event>.Handler
    ) {
        let consumer = Consumer(
            subscription, deliveries: deliveries(host), failures: failures(host), heartbeat: .seconds(3),
            inbox: inbox(host), wakeUp: wakeUp, settings: conditions.consumer, logger: .silent,
            clock: SimulatedWallClock(world: self), timing: SimulatedTiming(world: self, host: host), metrics: metrics,
            whenGivenUp: whenGivenUp, handler: handler)
        run(on: host) { await consumer.run(until: host.shutdown) }
    }

    /// Changes something once for each message, or fails where the message says so.
    private func handle<Event: WorkloadEvent>(
        _ received: [Received<Event>], _ consumer: String, _ work: any UnitOfWork
    ) async throws {
        guard let transaction = work as? any HandlerTransaction else { throw NotAPostgresUnitOfWork() }
        try await transaction.lock(received.map(\.event.aggregateID))
        for one in received {
            let key = InboxKey(consumer: consumer, messageID: one.messageID)
            if consumer == Workload.touchy.queue, ledger.mustFail(key, one.event.failures) {
                note(nil, "handler fails at", one.messageID.label, consumer)
                throw HandlerFailed()
            }
            try await transaction.apply(key)
        }
    }

    /// Makes the changes of the plan, one after the other, until none is left. One that fails is not tried again: it is
    /// the commit that counts.
    private func change(on host: Host) async {
        let timing = SimulatedTiming(world: self, host: host)
        while await timing.sleep(for: .microseconds(scheduler.random.within(100...150_000)), until: host.shutdown) {
            guard let change = plan.popLast() else { return }
            changesUnderWay += 1
            defer { changesUnderWay -= 1 }
            // Whoever asked has no part in this: a change whose commit is in doubt counts if it is there.
            try? await SimulatedInboxStore(world: self, host: host).transaction { work in
                try await (work as? any HandlerTransaction)?.lock([change.aggregateID])
                let cause = Cause(correlationID: "plan")
                if change.isMove {
                    try await work.publish(
                        Moved(aggregateID: change.aggregateID, failures: 0, source: 0), cause: cause)
                } else {
                    try await work.publish(
                        Placed(aggregateID: change.aggregateID, failures: change.failures, source: 0), cause: cause)
                }
                _ = try await work.flush()
            }
            if scheduler.random.chance(500) { database.wakeRelays() }
        }
    }

    /// Somebody sends what nobody can read.
    func sendUnreadable() {
        let messageID = newMessageID()
        ledger.unreadable.insert(messageID.label)
        let message = OutgoingMessage(
            exchange: "", routingKey: Workload.touchy.queue, messageID: messageID.description, type: Placed.type,
            body: Array("{".utf8))
        note(nil, "somebody sends what cannot be read", messageID.label)
        if let queue = broker.queues[Workload.touchy.queue] {
            broker.put(StoredMessage(message: message, label: messageID.label), into: queue)
        }
    }
}

extension WorkloadEvent {
    fileprivate init<Other: WorkloadEvent>(after other: Received<Other>) {
        self.init(aggregateID: other.event.aggregateID, failures: 0, source: other.messageID.label)
    }
}
