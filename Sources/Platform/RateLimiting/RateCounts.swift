import DomainKit

/// What one process knows of who made how many requests in the present window. Pure: it is told the time, and what the
/// other processes counted.
struct RateCounts {
    /// Who is counted, by which limit: `default caller:ann`.
    typealias Key = String

    /// What becomes of a request.
    struct Verdict: Equatable {
        let isAdmitted: Bool
        /// How many more the window allows.
        let remaining: Int
        /// Seconds until the next window, at least one.
        let reset: Int64
    }

    /// What a process has let through and the others do not know of yet; and, the other way, what all have together.
    struct Share: Equatable {
        let key: Key
        /// When the window ends, in seconds since 1970.
        let windowEnd: Int64
        let requests: Int
    }

    private struct Entry {
        let windowEnd: Int64
        /// What all processes had let through at the last exchange, this one among them.
        var known = 0
        /// What this one has let through since.
        var pending = 0
        /// What is on its way to the others.
        var sent = 0

        var used: Int { known + sent + pending }
    }

    /// So many are told apart in a window. Who comes after them shares one count, which bounds the memory.
    static let mostKeys = 100_000

    private var entries: [Key: Entry] = [:]

    /// Counts a request of `who`, unless their window is used up. What is refused is not counted.
    mutating func admit(_ who: String, by limit: RateLimit, at now: Timestamp) -> Verdict {
        let second = now.microseconds / 1_000_000
        let windowEnd = (second / limit.seconds + 1) * limit.seconds
        let own = "\(limit.name) \(who)"
        let key = entries[own] != nil || entries.count < Self.mostKeys ? own : "\(limit.name) others"
        var entry = entries[key] ?? Entry(windowEnd: windowEnd)
        if entry.windowEnd != windowEnd { entry = Entry(windowEnd: windowEnd) }
        let isAdmitted = entry.used < limit.quota
        if isAdmitted { entry.pending += 1 }
        entries[key] = entry
        return Verdict(
            isAdmitted: isAdmitted, remaining: max(0, limit.quota - entry.used), reset: max(1, windowEnd - second))
    }

    /// Takes what the others must be told, and forgets the windows that are over.
    /// - Parameter limit: how many at most.
    mutating func takeShares(atMost limit: Int, at now: Timestamp) -> [Share] {
        let second = now.microseconds / 1_000_000
        entries = entries.filter { $0.value.windowEnd > second }
        var shares: [Share] = []
        for (key, entry) in entries where entry.pending > 0 && shares.count < limit {
            shares.append(Share(key: key, windowEnd: entry.windowEnd, requests: entry.pending))
            entries[key]?.sent += entry.pending
            entries[key]?.pending = 0
        }
        return shares
    }

    /// The others know of `sent` now; `totals` are what all have let through.
    mutating func learn(_ totals: [Share], after sent: [Share]) {
        for share in sent where entries[share.key]?.windowEnd == share.windowEnd {
            entries[share.key]?.sent -= share.requests
        }
        for total in totals where entries[total.key]?.windowEnd == total.windowEnd {
            entries[total.key]?.known = total.requests
        }
    }

    /// The others could not be told: it is tried again.
    mutating func keep(_ unsent: [Share]) {
        for share in unsent where entries[share.key]?.windowEnd == share.windowEnd {
            entries[share.key]?.sent -= share.requests
            entries[share.key]?.pending += share.requests
        }
    }
}
