/// Exchanges, queues and bindings to be declared together. All are durable.
public struct Topology: Sendable, Equatable {
    /// A topic exchange.
    public struct Exchange: Sendable, Equatable {
        public var name: String
        public init(_ name: String) { self.name = name }
    }

    /// A queue with its optional arguments.
    public struct Queue: Sendable, Equatable {
        public var name: String
        public var arguments: MessageHeaders
        public init(_ name: String, arguments: MessageHeaders = [:]) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// Sends what `exchange` receives under `routingKey` to `queue`.
    public struct Binding: Sendable, Equatable {
        public var queue: String
        public var exchange: String
        public var routingKey: String
        public init(_ queue: String, to exchange: String, routingKey: String) {
            self.queue = queue
            self.exchange = exchange
            self.routingKey = routingKey
        }
    }

    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }
}
