/// Runs the jobs of Swift's concurrency on the thread that calls ``run(until:between:)``, one at a time, in an order and
/// at times that follow from a seed. Its clock stands still while jobs run, and jumps when all wait.
// `@unchecked Sendable` holds because everything happens on that one thread.
final class Scheduler: TaskExecutor, @unchecked Sendable {
    enum End: Equatable {
        case done
        /// Nothing is left that could ever happen.
        case stuck
        /// So many jobs ran that something must spin.
        case spinning
    }

    var random: SplitMix64
    /// Microseconds since the beginning.
    private(set) var now = 0
    private(set) var jobsRun = 0
    private let beginning = ContinuousClock.now
    private var ready: [UnownedJob] = []
    private var timers = TimerHeap()

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    var instant: ContinuousClock.Instant { beginning + .microseconds(now) }

    func enqueue(_ job: consuming ExecutorJob) { ready.append(UnownedJob(job)) }

    /// Calls `action` after so many microseconds.
    func schedule(in microseconds: Int, _ action: @escaping () -> Void) {
        timers.push(TimerHeap.Timer(time: now + microseconds, order: random.next(), action: action))
    }

    func sleep(_ microseconds: Int) async {
        await withCheckedContinuation { continuation in
            schedule(in: microseconds) { continuation.resume() }
        }
    }

    /// Waits until somebody wakes `waiter`, or the time is over.
    func wait(_ waiter: Waiter, limit microseconds: Int) async {
        guard !waiter.isAwake else { return }
        schedule(in: microseconds) { waiter.wake() }
        await withCheckedContinuation { waiter.wait($0) }
    }

    /// - Parameters:
    ///   - limit: how many jobs may run.
    ///   - isDone: asked whenever all wait.
    ///   - between: called between any two jobs.
    func run(limit: Int, until isDone: () -> Bool, between: () -> Void) -> End {
        let limit = jobsRun + limit
        while true {
            while !ready.isEmpty {
                let job = ready.remove(at: random.below(ready.count))
                job.runSynchronously(on: asUnownedTaskExecutor())
                jobsRun += 1
                if jobsRun >= limit { return .spinning }
                between()
            }
            if isDone() { return .done }
            guard let timer = timers.pop() else { return .stuck }
            now = max(now, timer.time)
            timer.action()
        }
    }
}

/// Somebody who waits for something, at most once.
// `@unchecked Sendable` holds because only the scheduler's thread touches it.
final class Waiter: @unchecked Sendable {
    private(set) var isAwake = false
    private var continuation: CheckedContinuation<Void, Never>?

    func wait(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }

    func wake() {
        isAwake = true
        continuation?.resume()
        continuation = nil
    }
}

/// What is to happen, the earliest first; at the same time in an order by chance.
struct TimerHeap {
    struct Timer {
        let time: Int
        let order: UInt64
        let action: () -> Void

        func isBefore(_ other: Timer) -> Bool { time == other.time ? order < other.order : time < other.time }
    }

    private var timers: [Timer] = []

    mutating func push(_ timer: Timer) {
        timers.append(timer)
        var child = timers.count - 1
        while child > 0, timers[child].isBefore(timers[(child - 1) / 2]) {
            timers.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Timer? {
        guard !timers.isEmpty else { return nil }
        timers.swapAt(0, timers.count - 1)
        let first = timers.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < timers.count {
                if timers[child].isBefore(timers[least]) { least = child }
            }
            if least == parent { return first }
            timers.swapAt(parent, least)
            parent = least
        }
    }
}
