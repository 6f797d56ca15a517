/// Who has which resource of a pool and who waits: the pool's rules, without threads or time of their own.
///
/// There are never both an idle resource and a waiter.
struct PoolState<Resource, Waiter> {
    private let limit: Int
    private var created = 0
    /// The one used last is taken first; those that must be opened anew lie at the front.
    private var idle: [Resource] = []
    private var waiters: [Int: (waiter: Waiter, deadline: ContinuousClock.Instant)] = [:]
    /// The waiters' numbers in the order in which they came, with those in it that have left.
    private var queue: [Int] = []
    private var queueStart = 0
    private var lastNumber = 0
    private(set) var isClosed = false

    init(limit: Int) { self.limit = limit }

    var waiting: Int { waiters.count }
    var idleCount: Int { idle.count }
    /// How many are lent out.
    var usedCount: Int { created - idle.count }

    /// A number for somebody who may have to wait.
    mutating func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// An idle resource, or a new one while the limit allows it.
    mutating func take(create: () -> Resource) -> Resource? {
        if let resource = idle.popLast() { return resource }
        guard created < limit else { return nil }
        created += 1
        return create()
    }

    /// Puts a waiter at the end of the queue. Deadlines must not decrease.
    mutating func wait(_ waiter: Waiter, number: Int, until deadline: ContinuousClock.Instant) {
        waiters[number] = (waiter, deadline)
        queue.append(number)
    }

    /// Takes a waiter out of the queue who no longer wants to wait; `nil` when it has been served.
    mutating func leave(_ number: Int) -> Waiter? { waiters.removeValue(forKey: number)?.waiter }

    /// Takes back a resource. Returns the waiter who is to get it, or `nil` when it is kept.
    mutating func giveBack(_ resource: Resource, isWarm: Bool) -> Waiter? {
        if isClosed {
            created -= 1
            return nil
        }
        if let number = firstInQueue() {
            queueStart += 1
            return waiters.removeValue(forKey: number)?.waiter
        }
        if isWarm { idle.append(resource) } else { idle.insert(resource, at: 0) }
        return nil
    }

    /// Takes out those whose time is over. Returns them and the deadline of the next.
    mutating func expire(at now: ContinuousClock.Instant) -> (expired: [Waiter], next: ContinuousClock.Instant?) {
        var expired: [Waiter] = []
        while let number = firstInQueue(), let deadline = waiters[number]?.deadline {
            if deadline > now { return (expired, deadline) }
            queueStart += 1
            if let entry = waiters.removeValue(forKey: number) { expired.append(entry.waiter) }
        }
        return (expired, nil)
    }

    /// Lets nobody in any more. Returns those who waited and what lay idle; what is in use comes back later.
    mutating func close() -> (waiters: [Waiter], idle: [Resource]) {
        isClosed = true
        defer {
            waiters = [:]
            queue = []
            queueStart = 0
            created -= idle.count
            idle = []
        }
        return (waiters.values.map(\.waiter), idle)
    }

    /// The first waiter who is still there.
    private mutating func firstInQueue() -> Int? {
        while queueStart < queue.count {
            if waiters[queue[queueStart]] != nil { return queue[queueStart] }
            queueStart += 1
        }
        queue.removeAll(keepingCapacity: true)
        queueStart = 0
        return nil
    }
}
