/// The bounds of a server. The defaults suit a laptop and production.
public struct HTTPServerSettings: Sendable {
    /// The largest body that is taken, in bytes; more is answered 413.
    public var maximumBodySize = 1 << 20
    /// How large all bodies together may be that are arriving, in bytes; what is more is answered 503.
    public var maximumSizeOfBodies = 64 << 20
    /// How long a handler may take until its client is answered 503 and its task cancelled.
    public var requestDeadline: Duration = .seconds(10)
    /// How long a request may take to arrive whole, from its first line to the end of its body. Bytes that trickle in do
    /// not prolong it.
    public var readTimeout: Duration = .seconds(30)
    /// How long a connection may stay without the first line of a request.
    public var idleTimeout: Duration = .seconds(60)
    /// How many requests may be with handlers at once. One more is answered 503 at once rather than made to wait, unless it
    /// asks for health or metrics.
    public var concurrentRequestLimit = 512
    /// Whose word is taken for where a request comes from; nobody's unless told.
    public var trustedProxies = TrustedProxies()
    /// How long a client may take to read an answer.
    public var sendTimeout: Duration = .seconds(60)
    /// How many connections are served at once, less where the process may not open as many files. More wait in the
    /// listening socket's queue. One that idles after a request costs 33 kB, most of which libmicrohttpd keeps for the next.
    public var connectionLimit = 10_240
    /// How long a shutdown waits for what is in flight, before it answers 503 to the rest.
    public var shutdownGrace: Duration = .seconds(10)
    /// How many threads wait for the network. Handlers run on Swift's own threads.
    public var pollingThreads = 1

    public init() {}
}
