import Glibc
import Testing

@Suite struct SimulationTests {
    @Test func nothingIsLostAndNothingHappensTwice() async {
        if let seed = Seeds.single {
            let outcome = Simulation.run(seed: seed)
            print(outcome.text(lines: .max))
            // Before the test runner writes its own lines, past this buffer.
            fflush(nil)
            #expect(outcome.violation == nil)
            return
        }
        let failures = await Seeds.run { Simulation.run(seed: $0) }
        for failure in failures.prefix(3) { Issue.record("\(failure)") }
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13])
    func oneSeedHasOneTrace(_ seed: UInt64) {
        let first = Simulation.run(seed: seed)
        let second = Simulation.run(seed: seed)
        #expect(first.jobs == second.jobs && first.trace == second.trace)
        #expect(first.trace.count > 2)
        #expect(first.trace != Simulation.run(seed: seed + 1).trace)
    }

    /// A storm that spares something proves nothing about it.
    @Test func theStormStrikesEverything() {
        var seen: Set<String> = []
        for seed in 1...200 { seen.formUnion(Simulation.run(seed: UInt64(seed)).trace.map { "\($0.what)" }) }
        let expected: Set = [
            "is killed", "is told to stop", "is paused", "loses its session", "database goes away",
            "loses its connection", "broker goes away", "clock steps", "nobody is bound", "message is duplicated",
            "queue is reordered", "answer is lost", "answer to the commit is lost", "confirms are lost",
            "acknowledgement is lost", "is refused", "is returned", "loses to another transaction",
            "handler fails at", "somebody sends what cannot be read", "takes shards", "gives back shards",
            "deletions are lost",
        ]
        #expect(expected.subtracting(seen).isEmpty)
    }

    @Test(arguments: Mistake.allCases)
    func aMistakeIsFound(_ mistake: Mistake) throws {
        let outcome = (1...500).lazy.map { Simulation.run(seed: $0, mistake: mistake) }.first { $0.violation != nil }
        let found = try #require(outcome, "\(mistake) was not found")
        #expect(found.description.contains("SIMULATION_SEED=\(found.seed) "))
        #expect(found.trace.last.map { found.description.contains("\($0)") } == true)
    }
}
