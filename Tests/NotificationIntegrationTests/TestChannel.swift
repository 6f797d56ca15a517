import Lifecycle
import NotificationApplication
import NotificationDomain

/// A channel that keeps what it was given, and does with it what a test wants.
actor TestChannel: NotificationChannel {
    nonisolated let channel = Channel.log
    nonisolated let needsAddress: Bool
    nonisolated let batchSize: Int
    private let act: @Sendable (OutgoingMessage) async throws(DeliveryFailed) -> Void
    private(set) var taken: [OutgoingMessage] = []

    /// - Parameter act: takes a message unless it throws.
    init(
        needsAddress: Bool = false, batchSize: Int = 1,
        _ act: @escaping @Sendable (OutgoingMessage) async throws(DeliveryFailed) -> Void = { _ in }
    ) {
        self.needsAddress = needsAddress
        self.batchSize = batchSize
        self.act = act
    }

    func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
        taken.append(message)
        try await act(message)
    }
}

/// Holds whoever comes to it until it is opened.
final class Gate: Sendable {
    private let opened = ShutdownSignal()
    private let reached = ShutdownSignal()

    /// Waits until it is open.
    func pass() async {
        reached.trigger()
        await opened.wait()
    }

    /// Waits until somebody has come.
    func isReached() async { await reached.wait() }

    func open() { opened.trigger() }
}
