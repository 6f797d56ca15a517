import DomainKit
import Lifecycle
import Locking
import Observability
import Testing

@testable import AMQP
@testable import Messaging

/// When a relay looks into the outbox. Its session never wakes up by itself, so what is not signalled would stay for ever.
@Suite(.timeLimit(.minutes(1))) struct RelayLookTests {
    /// An outbox and a broker in memory.
    final class Surroundings: OutboxStore, OutboxSession, MessagePublisher {
        struct State {
            var entries: [OutboxEntry] = []
            var added = 0
            var published = 0
            var looks = 0
            /// Deletions that did not travel with a look.
            var deletions = 0
            var isInterrupted = false
            var sleeper: CheckedContinuation<Void, Never>?
        }

        let state = Mutex(State())
        let didSleep = AsyncStream.makeStream(of: Void.self)
        /// Called with how many were published before.
        let whilePublishing: @Sendable (Surroundings, Int) -> Void

        init(whilePublishing: @escaping @Sendable (Surroundings, Int) -> Void = { _, _ in }) {
            self.whilePublishing = whilePublishing
        }

        func add(_ count: Int) {
            state.withLock { state in
                for _ in 0..<count {
                    state.added += 1
                    state.entries.append(
                        OutboxEntry(
                            seq: Int64(state.added), aggregateID: .v7(), occurredAt: Timestamp(microseconds: 0),
                            route: OutboxEntry.Route(exchange: "events", routingKey: "key"),
                            messageID: EntityID.v7().description, type: "Type", aggregateType: "aggregate",
                            headers: Array("{}".utf8), isMandatory: true, payload: []))
                }
            }
        }

        func withSession(_ body: @Sendable (any OutboxSession) async throws -> Void) async throws {
            try await body(self)
        }
        func announce() async throws {}
        func countRelays() async throws -> Int { 1 }
        func lock(_ shards: [Int], limit: Int) async throws -> [Int] { shards }
        func unlock(_ shards: [Int]) async throws {}
        func oldest(
            _ limit: Int, of shards: [Int], besides parked: [OutboxEntry.Route], deleting confirmed: [Int64]
        ) async throws -> [OutboxEntry] {
            state.withLock { state in
                state.entries.removeAll { confirmed.contains($0.seq) }
                state.looks += 1
                return Array(state.entries.prefix(limit))
            }
        }
        func oldest(on route: OutboxEntry.Route, of shards: [Int]) async throws -> OutboxEntry? { nil }
        func delete(_ seqs: [Int64]) async throws {
            state.withLock { state in
                state.deletions += 1
                state.entries.removeAll { seqs.contains($0.seq) }
            }
        }
        func wakeRelays() async throws {}
        func waitForWakeUp(limit: Duration) async throws {
            didSleep.continuation.yield()
            await withCheckedContinuation { sleeper in
                let mustNotSleep = state.withLock { state in
                    if !state.isInterrupted { state.sleeper = sleeper }
                    return state.isInterrupted
                }
                if mustNotSleep { sleeper.resume() }
            }
            state.withLock { $0.isInterrupted = false }
        }
        func interrupt() {
            let sleeper = state.withLock { state in
                defer { state.sleeper = nil }
                state.isInterrupted = true
                return state.sleeper
            }
            sleeper?.resume()
        }

        var preferredExecutor: (any TaskExecutor)? { nil }
        var isOpen: Bool { true }
        func open() async throws {}
        func declare(_ topology: Topology) async throws {}
        func keepAlive() async throws {}
        func close() async {}
        func publish(_ messages: [OutgoingMessage]) async throws -> PublishReport {
            let before = state.withLock { state in
                defer { state.published += messages.count }
                return state.published
            }
            whilePublishing(self, before)
            return PublishReport(outcomes: messages.map { _ in .confirmed }, failure: nil)
        }
    }

    private func run(
        _ surroundings: Surroundings, _ wakeUp: OutboxWakeUp, batchSize: Int = 10,
        _ body: (inout AsyncStream<Void>.Iterator) async -> Void
    ) async {
        let relay = OutboxRelay(
            from: surroundings, to: surroundings, wakeUp: wakeUp,
            settings: RelaySettings(batchSize: batchSize, balanceInterval: .seconds(3_600)), logger: .silent,
            metrics: MetricsRegistry())
        let shutdown = ShutdownSignal()
        let running = Task { await relay.run(until: shutdown) }
        var sleeps = surroundings.didSleep.stream.makeAsyncIterator()
        await body(&sleeps)
        shutdown.trigger()
        await running.value
    }

    @Test func lessThanAFullBatchIsLookedForOnce() async {
        let surroundings = Surroundings()
        surroundings.add(25)
        await run(surroundings, OutboxWakeUp()) { sleeps in
            _ = await sleeps.next()
            let (looks, published) = surroundings.state.withLock { ($0.looks, $0.published) }
            #expect(looks == 3 && published == 25)
        }
    }

    @Test func whatIsConfirmedIsDeletedBeforeTheRelaySleeps() async {
        let wakeUp = OutboxWakeUp()
        let surroundings = Surroundings()
        surroundings.add(3)
        await run(surroundings, wakeUp) { sleeps in
            _ = await sleeps.next()
            let first = surroundings.state.withLock { $0.entries.map(\.seq) }
            #expect(first.isEmpty)
            surroundings.add(1)
            wakeUp.signal()
            _ = await sleeps.next()
            let second = surroundings.state.withLock { $0.entries.map(\.seq) }
            #expect(second.isEmpty)
        }
        let deletions = surroundings.state.withLock { $0.deletions }
        #expect(deletions == 2)
    }

    @Test func whatIsConfirmedWhileMoreIsSignalledIsDeletedOnTheWayToTheNextLook() async {
        let wakeUp = OutboxWakeUp()
        let surroundings = Surroundings { surroundings, published in
            guard published < 3 else { return }
            surroundings.add(1)
            wakeUp.signal()
        }
        surroundings.add(1)
        await run(surroundings, wakeUp) { sleeps in
            _ = await sleeps.next()
            let (deletions, left) = surroundings.state.withLock { ($0.deletions, $0.entries.count) }
            #expect(deletions == 1 && left == 0)
        }
    }

    @Test func aFullBatchIsFollowedByAnotherLook() async {
        let surroundings = Surroundings()
        surroundings.add(20)
        await run(surroundings, OutboxWakeUp()) { sleeps in
            _ = await sleeps.next()
            let (looks, published) = surroundings.state.withLock { ($0.looks, $0.published) }
            #expect(looks == 3 && published == 20)
        }
    }

    @Test func whatIsSignalledWhileTheRelayWorksIsNotSleptOver() async {
        let wakeUp = OutboxWakeUp()
        let surroundings = Surroundings { surroundings, published in
            guard published < 50 else { return }
            surroundings.add(1)
            wakeUp.signal()
        }
        surroundings.add(1)
        await run(surroundings, wakeUp) { sleeps in
            _ = await sleeps.next()
            let (looks, published) = surroundings.state.withLock { ($0.looks, $0.published) }
            #expect(published == 51 && looks == 51)
        }
    }

    @Test func aSignalWakesARelayThatSleeps() async {
        let wakeUp = OutboxWakeUp()
        let surroundings = Surroundings()
        await run(surroundings, wakeUp) { sleeps in
            for round in 1...20 {
                _ = await sleeps.next()
                surroundings.add(1)
                wakeUp.signal()
                while surroundings.state.withLock({ $0.published }) < round { await Task.yield() }
            }
        }
        let looks = surroundings.state.withLock { $0.looks }
        #expect(looks == 21)
    }
}
