import Lifecycle

/// How a consumer works. The defaults suit a laptop as well as production.
public struct ConsumerSettings: Sendable {
    /// How many messages the broker sends ahead of their acknowledgements.
    public var prefetch: UInt16
    /// How many messages at most share a transaction.
    public var batchSize: Int
    /// How long a message waits before each further attempt (±20 %); as many as there are attempts after the first. The
    /// wait queues are named after them.
    public var retryDelays: [Duration]

    public init(
        prefetch: UInt16 = 200, batchSize: Int = 64,
        retryDelays: [Duration] = [.seconds(1), .seconds(5), .seconds(25)]
    ) {
        self.prefetch = prefetch
        self.batchSize = max(1, batchSize)
        self.retryDelays = retryDelays
    }
}
