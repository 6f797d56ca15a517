/// The bounds of a server. The defaults suit a laptop and production.
public struct HTTPServerSettings: Sendable {
    /// The largest body that is taken, in bytes; more is answered 413.
    public var maximumBodySize = 1 << 20
    /// How long a handler may take until its client is answered 503 and its task cancelled.
    public var requestDeadline: Duration = .seconds(10)
    /// How long a request may take to arrive, headers and body, and how long a connection may stay without one.
    public var idleTimeout: Duration = .seconds(60)
    /// How long a client may take to read an answer.
    public var sendTimeout: Duration = .seconds(60)
    /// How many connections are served at once. More wait in the listening socket's queue.
    public var connectionLimit = 1_024
    /// How long a shutdown waits for what is in flight, before it answers 503 to the rest.
    public var shutdownGrace: Duration = .seconds(10)
    /// How many threads wait for the network. Handlers run on Swift's own threads.
    public var pollingThreads = 1

    public init() {}
}
