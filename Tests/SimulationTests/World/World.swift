import DomainKit
import Observability

/// All that one seed decides: the processes, the servers between them, what goes wrong and what must hold.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class World: @unchecked Sendable {
    let seed: UInt64
    let scheduler: Scheduler
    let conditions: Conditions
    let mistake: Mistake?
    let ledger = Ledger()
    private(set) var database: Database! = nil
    private(set) var broker: Broker! = nil
    /// The processes that are meant to run now.
    var hosts: [Host] = []
    /// Every process that ever ran.
    var lives: [Host] = []
    /// What is still to be changed.
    var plan: [Workload.Change] = []
    /// How many changes have been begun and have not ended.
    var changesUnderWay = 0
    let metrics = MetricsRegistry()
    /// How far a relay has read that makes the mistake of remembering it.
    var cursor: Int64 = 0
    /// How far the wall clock is off, in microseconds.
    var clockOffset = 0
    /// Whether things still go wrong.
    var isStormy = true
    /// Whether nothing is to be started any more.
    var isOver = false
    private(set) var trace: [TraceEntry] = []
    private(set) var violation: String?
    private var nextLabel = 0

    init(seed: UInt64, mistake: Mistake?) {
        self.seed = seed
        self.mistake = mistake
        scheduler = Scheduler(seed: seed)
        conditions = Conditions(&scheduler.random)
        database = Database(self)
        broker = Broker(self)
    }

    // MARK: - Time

    /// Something takes a while; then the process is still alive, or this throws.
    func step(_ host: Host) async throws {
        await scheduler.sleep(latency())
        while host.isAlive, host.pausedUntil > scheduler.now { await scheduler.sleep(host.pausedUntil - scheduler.now) }
        // To the code it looks like a task that is cancelled, which runs out by itself.
        guard host.isAlive else { throw CancellationError() }
    }

    private func latency() -> Int {
        let usual = scheduler.random.within(100...2_000)
        return scheduler.random.chance(conditions.slowSteps) ? usual * 40 : usual
    }

    var wallClock: Timestamp {
        Timestamp(microseconds: 1_800_000_000_000_000 + Int64(scheduler.now + clockOffset))
    }

    /// True in so many of a thousand cases, while things go wrong.
    func strikes(_ permille: Int) -> Bool { isStormy && permille > 0 && scheduler.random.chance(permille) }

    // MARK: - Messages

    /// A message id of which the last bytes are a number that counts up, to be read in a trace.
    func newMessageID() -> EntityID {
        nextLabel += 1
        let milliseconds = UInt64(wallClock.microseconds / 1_000)
        return EntityID(high: milliseconds << 16 | 0x7000, low: 0x8000_0000_0000_0000 | UInt64(nextLabel))
    }

    // MARK: - What happened

    func note(_ host: Host?, _ what: StaticString, _ number: Int = -1, _ name: String = "") {
        trace.append(TraceEntry(time: scheduler.now, host: host?.number ?? -1, what: what, number: number, name: name))
    }

    /// Something happened that must not.
    func violate(_ what: String) {
        guard violation == nil else { return }
        violation = what
    }
}

/// A line of the trace.
struct TraceEntry: Equatable, CustomStringConvertible {
    let time: Int
    let host: Int
    let what: StaticString
    let number: Int
    let name: String

    static func == (left: TraceEntry, right: TraceEntry) -> Bool { left.description == right.description }

    var description: String {
        var text = "\(time) µs"
        if host >= 0 { text += " host \(host)" }
        text += ": \(what)"
        if number >= 0 { text += " \(number)" }
        return name.isEmpty ? text : "\(text) (\(name))"
    }
}

extension EntityID {
    /// The number of a message, as the trace shows it.
    var label: Int { Int(low & 0xFFFF_FFFF) }
}

extension Duration {
    var microseconds: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}
