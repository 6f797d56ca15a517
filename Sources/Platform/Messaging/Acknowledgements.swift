/// Deliveries that are settled and not yet acknowledged.
///
/// An acknowledgement costs a quorum queue an entry in its log, which is a write to disk, so those of a few milliseconds
/// share one. A crash meanwhile brings the messages again, and the inbox knows them.
struct Acknowledgements {
    /// How long the first of them waits for others. Nobody waits for an acknowledgement but the broker.
    static let patience = Duration.milliseconds(25)

    private let limit: Int
    private var last: UInt64?
    private var count = 0
    private var due: ContinuousClock.Instant?

    /// - Parameters:
    ///   - batchSize: how many are enough for one acknowledgement.
    ///   - prefetch: how many the broker sends ahead; it must not run dry.
    init(batchSize: Int, prefetch: UInt16) { limit = max(1, min(batchSize, Int(prefetch) / 2)) }

    /// All deliveries up to `tag`, `count` more than before, are settled.
    mutating func settle(_ tag: UInt64, count: Int, at now: ContinuousClock.Instant) {
        last = tag
        self.count += count
        due = due ?? now + Self.patience
    }

    /// How long the next delivery may be waited for.
    func patience(at now: ContinuousClock.Instant) -> Duration {
        due.map { max(.zero, $0 - now) } ?? .seconds(60)
    }

    /// Up to which delivery to acknowledge now; nil where that can wait, or where there is none.
    mutating func take(at now: ContinuousClock.Instant) -> UInt64? {
        guard let due, count >= limit || now >= due else { return nil }
        return takeAll()
    }

    /// Up to which delivery to acknowledge at the end; nil where all are.
    mutating func takeAll() -> UInt64? {
        defer {
            last = nil
            count = 0
            due = nil
        }
        return last
    }
}
