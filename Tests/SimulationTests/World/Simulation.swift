@testable import Messaging

/// One run from one seed.
enum Simulation {
    /// - Parameter mistake: one that is made on purpose, at a port.
    static func run(seed: UInt64, mistake: Mistake? = nil) -> Outcome {
        let world = World(seed: seed, mistake: mistake)
        world.play()
        return Outcome(
            seed: seed, mistake: mistake, violation: world.violation, trace: world.trace, jobs: world.scheduler.jobsRun)
    }

    struct Outcome: Sendable, CustomStringConvertible {
        let seed: UInt64
        let mistake: Mistake?
        /// What did not hold; nil where all is well.
        let violation: String?
        let trace: [TraceEntry]
        let jobs: Int

        var description: String { text(lines: 60) }

        /// What went wrong, how to repeat it, and the last lines of what happened.
        func text(lines: Int) -> String {
            let shown = trace.suffix(lines).map { "  \($0)" }.joined(separator: "\n")
            let what = violation ?? "all is well"
            let made = mistake.map { " with the mistake \($0)" } ?? ""
            return """
                seed \(seed)\(made): \(what)
                Repeat it, with the whole trace: SIMULATION_SEED=\(seed) swift test --filter SimulationTests
                The last \(min(lines, trace.count)) of \(trace.count) lines of the trace:
                \(shown)
                """
        }
    }
}

extension World {
    /// Lets everything happen: the storm, the calm after it until nothing is left to do, and the stop.
    func play() {
        Workload.declare(self)
        plan = Workload.plan(conditions, &scheduler.random)
        for worker in 1...conditions.workers { start(worker, .worker) }
        start(0, .api)
        if scheduler.random.chance(300) {
            scheduler.schedule(in: scheduler.random.within(0...500_000)) { self.sendUnreadable() }
        }
        scheduler.schedule(in: conditions.stormEnds) {
            self.note(nil, "the storm is over")
            self.isStormy = false
        }
        let deadline = conditions.stormEnds + 60_000_000
        report(
            scheduler.run(limit: 300_000) {
                violation != nil || isQuiet || scheduler.now > deadline
            } between: {
                strikePerhaps()
            })
        if violation == nil, !isQuiet { violate("a minute after the storm there is still \(whatIsLeft)") }
        stop()
        if violation == nil { ledger.check(self) }
    }

    /// All must end when they are told to. Where something went wrong already, they are killed.
    private func stop() {
        isOver = true
        isStormy = false
        for host in lives {
            if violation == nil { host.shutdown.trigger() } else { host.kill() }
        }
        let deadline = scheduler.now + 60_000_000
        report(
            scheduler.run(limit: 300_000) {
                !lives.contains { $0.running > 0 } || scheduler.now > deadline
            } between: {
            })
        for host in lives where host.running > 0 { violate("host \(host.number) does not stop") }
    }

    private func report(_ end: Scheduler.End) {
        switch end {
        case .done: break
        case .stuck: violate("nothing happens any more, and there is still \(whatIsLeft)")
        case .spinning: violate("something spins, and there is still \(whatIsLeft)")
        }
    }

    /// Whether there is nothing left to do.
    private var isQuiet: Bool {
        !isStormy && plan.isEmpty && changesUnderWay == 0 && hosts.count == conditions.workers + 1
            && database.outbox.isEmpty
            && !database.sessions.contains { !$0.isRelay } && broker.queues.values.allSatisfy(isSettled)
    }

    private func isSettled(_ queue: Queue) -> Bool {
        queue.ready.isEmpty && queue.unacknowledged == 0
    }

    private var whatIsLeft: String {
        let rows = database.outbox.map { "row \($0.seq)" }
        let messages = broker.allQueues.filter { !isSettled($0) }.map { queue in
            "\(queue.ready.count) and \(queue.unacknowledged) unacknowledged in \(queue.name)"
        }
        return (rows + messages).joined(separator: ", ")
    }
}
