/// The shards of the outbox that one relay holds.
///
/// A shard is held by a lock of the relay's session, so the database gives it back the moment the session ends.
struct ShardLocks {
    /// How many shards there are; the outbox computes a row's shard from its aggregate.
    static let count = 16

    private let session: any OutboxSession
    private(set) var held: Set<Int> = []

    init(_ session: any OutboxSession) { self.session = session }

    var holdsAll: Bool { held.count == Self.count }

    /// Takes free shards, or gives some back, until this relay has its share. Call it while nothing is in flight.
    mutating func balance() async throws {
        let share = Self.share(of: try await session.countRelays())
        if held.count > share {
            let surplus = Array(held.sorted().suffix(held.count - share))
            try await session.unlock(surplus)
            held.subtract(surplus)
        } else if held.count < share {
            let others = (0..<Self.count).filter { !held.contains($0) }
            held.formUnion(try await session.lock(others, limit: share - held.count))
        }
    }

    /// How many shards each of `relays` may hold.
    static func share(of relays: Int) -> Int { (count + max(1, relays) - 1) / max(1, relays) }
}
