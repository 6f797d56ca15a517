import Glibc
import Lifecycle

/// Which seeds a run of the tests tries.
enum Seeds {
    /// The one seed to repeat: `SIMULATION_SEED`.
    static let single = number("SIMULATION_SEED")
    /// How many to try, from 1: `SIMULATION_SEEDS`.
    static let count = number("SIMULATION_SEEDS") ?? 2_000

    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

    /// Tries all seeds, on as many threads as there are cores. They are threads of their own: a simulation never waits, and
    /// would keep the shared ones from the tests that run beside it.
    /// - Returns: the runs that went wrong, the lowest seed first.
    static func run(_ body: @escaping @Sendable (UInt64) -> Simulation.Outcome) async -> [Simulation.Outcome] {
        let seeds = Array(1...max(1, count))
        let lanes = UInt64(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        return await withTaskGroup(of: [Simulation.Outcome].self) { group in
            for lane in 0..<lanes {
                let thread = ThreadExecutor(name: "seeds-\(lane)")
                group.addTask(executorPreference: thread) {
                    defer { thread.stop() }
                    return seeds.filter { $0 % lanes == lane }.map(body).filter { $0.violation != nil }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }.sorted { $0.seed < $1.seed }
        }
    }
}
