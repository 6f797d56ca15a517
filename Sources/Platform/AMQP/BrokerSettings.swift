/// Where the broker is, and how to talk to it.
public struct BrokerSettings: Sendable {
    public let host: String
    public let port: UInt16
    public let user: String
    public let password: String
    public let virtualHost: String
    /// How long each side may be silent; half of it passes at most between two heartbeats. RabbitMQ gives up after twice
    /// as long.
    public var heartbeat: Duration
    /// How long connecting and logging in may take.
    public var connectTimeout: Duration
    /// How long any answer of the broker, a confirm among them, may take before the connection counts as lost.
    public var replyTimeout: Duration
    /// The connection's name as the broker's management page shows it.
    public var name: String

    /// Reads an address such as `amqp://user:password@host:5672/vhost`.
    ///
    /// Every part but the scheme may be left out: `guest:guest@localhost:5672` and vhost `/` are assumed. As RabbitMQ
    /// does it, a path of `/` alone is the default vhost as well, and `%2f` in it is a slash.
    ///
    /// - Throws: ``AMQPError`` with code `invalidAddress`. It never repeats the address, which holds a password.
    public init(
        url: String, heartbeat: Duration = .seconds(30), connectTimeout: Duration = .seconds(5),
        replyTimeout: Duration = .seconds(30), name: String = "tradewind"
    ) throws(AMQPError) {
        let address = try BrokerAddress(url)
        host = address.host
        port = address.port
        user = address.user
        password = address.password
        virtualHost = address.virtualHost
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.name = name
    }

    /// The same settings for a connection of another name.
    public func named(_ name: String) -> BrokerSettings {
        var copy = self
        copy.name = name
        return copy
    }
}

extension BrokerSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address without user and password, fit for a log.
    public var description: String { "amqp://\(host):\(port)/\(virtualHost == "/" ? "" : virtualHost)" }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
