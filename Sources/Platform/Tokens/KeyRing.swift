import Lifecycle
import Locking
import Observability

/// The keys in force, kept up to date.
///
/// A token whose key is not known makes it look again, so that an issuer can bring in new keys at any time; at most once in
/// the ``KeySource/pause``, and once for all who wait. Where the source is away, the last keys stay in force.
public final class KeyRing: Service {
    /// One set of keys with the tokens that it verified.
    struct Generation: Sendable {
        let keys: JSONWebKeySet
        let cache = TokenCache()
    }

    private struct State {
        var generation: Generation?
        var document: [UInt8] = []
        var lastLook: ContinuousClock.Instant?
        var look: Task<Void, Never>?
    }

    public let name = "token keys"
    private let source: any KeySource
    private let logger: Logger
    private let complaints = LogLimit(every: .seconds(60))
    private let state = Mutex(State())

    public init(_ source: any KeySource, logger: Logger) {
        self.source = source
        self.logger = logger
    }

    public var health: Health { current == nil ? .unhealthy("has no keys yet from \(source.place)") : .healthy }

    /// Reads the keys for the first time. Where that fails the process starts all the same, and is not ready.
    public func prepare() async { await refresh() }

    public func run(until shutdown: ShutdownSignal) async {
        while await shutdown.sleep(for: current == nil ? source.pause : Backoff.jittered(source.interval)) {
            await refresh()
        }
    }

    var current: Generation? { state.withLock { $0.generation } }

    /// The keys in force, after another look at the source where none of them can have signed `token`.
    func generation(for token: AccessToken) async -> Generation? {
        if let current, !current.keys.candidates(for: token).isEmpty { return current }
        await refresh()
        return current
    }

    /// Looks at the source, or waits for somebody else's look; does nothing where the last one was a moment ago.
    private func refresh() async {
        let look: Task<Void, Never>? = state.withLock { state in
            if let look = state.look { return look }
            let now = ContinuousClock.now
            if let last = state.lastLook, now < last + source.pause { return nil }
            state.lastLook = now
            let look = Task { await self.look() }
            state.look = look
            return look
        }
        await look?.value
    }

    private func look() async {
        defer { state.withLock { $0.look = nil } }
        do {
            guard let document = try await source.read() else { return }
            guard document != state.withLock({ $0.document }) else { return }
            let keys = try JSONWebKeySet.parse(document)
            state.withLock { state in
                state.document = document
                state.generation = Generation(keys: keys)
            }
            logger.info(
                "token keys are in force", LogField("source", source.place), .count(keys.keys.count),
                LogField("passed_over", keys.passedOver))
        } catch {
            guard let heldBack = complaints.admit() else { return }
            logger.warn(
                "token keys could not be read; the last ones stay in force", LogField("source", source.place),
                .reason(String(describing: error)), .heldBack(heldBack))
        }
    }
}
