/// Where the broker is, and how to talk to it.
public struct BrokerSettings: Sendable {
    /// What the URL says, or why it cannot be read. Holds the password: never logged.
    let address: Result<BrokerAddress, AMQPError>
    /// How long each side may be silent; half of it passes at most between two heartbeats. RabbitMQ gives up after twice
    /// as long.
    public var heartbeat: Duration
    /// How long connecting and logging in may take.
    public var connectTimeout: Duration
    /// How long any answer of the broker, a confirm among them, may take before the connection counts as lost.
    public var replyTimeout: Duration
    /// The connection's name as the broker's management page shows it.
    public var name: String

    /// Creates settings for an address such as `amqp://user:password@host:5672/vhost`.
    ///
    /// Every part but the scheme may be left out: `guest:guest@localhost:5672` and vhost `/` are assumed. A path of `/`
    /// alone is the default vhost as well, and `%2f` in it is a slash. The nodes of a cluster stand side by side, as in
    /// `amqp://user:password@one:5672,two:5672/vhost`: a connection goes to any that answers. What is wrong with the
    /// address is told by ``problem(withURL:)`` and when a connection is opened.
    public init(
        url: String, heartbeat: Duration = .seconds(30), connectTimeout: Duration = .seconds(5),
        replyTimeout: Duration = .seconds(30), name: String = "tradewind"
    ) {
        address = Result { () throws(AMQPError) in try BrokerAddress(url) }
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.replyTimeout = replyTimeout
        self.name = name
    }

    /// What is wrong with `url`, in words without any part of it, or nil when it can be read.
    public static func problem(withURL url: String) -> String? {
        do throws(AMQPError) {
            _ = try BrokerAddress(url)
            return nil
        } catch {
            return error.text
        }
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
    public var description: String {
        guard case .success(let address) = address else { return "amqp://(unreadable)" }
        return "amqp://\(address.servers.map(\.description).joined(separator: ","))/"
            + (address.virtualHost == "/" ? "" : address.virtualHost)
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["address": description]) }
}
