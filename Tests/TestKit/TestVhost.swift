import AMQP
import DomainKit
import Glibc
import JSON

/// A fresh vhost on the broker of `TEST_AMQP_URL`, deleted when the test is over, also when it throws.
public struct TestVhost: Sendable {
    /// Its name, unique on the broker.
    public let name: String
    /// How a process would be told where it is.
    public let url: String
    /// The broker's management API.
    public let management: RabbitMQManagement

    /// Settings for a connection.
    public func broker(name: String = "test") -> BrokerSettings { BrokerSettings(url: url, name: name) }

    /// Lends a fresh vhost to `body`.
    public static func with<Value: Sendable>(_ body: @Sendable (TestVhost) async throws -> Value) async throws -> Value
    {
        guard let server = getenv("TEST_AMQP_URL").map({ String(cString: $0) }) else {
            throw TestSetupError(description: "TEST_AMQP_URL is not set: run the tests with profiles/test")
        }
        let name = "test-\(getpid())-\(EntityID.v7().description.suffix(12))"
        let parts = server.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { throw TestSetupError(description: "TEST_AMQP_URL is not an AMQP URL") }
        let vhost = TestVhost(
            name: name, url: "\(parts[0])//\(parts[2])/\(name)", management: try RabbitMQManagement())
        try await vhost.create()
        do {
            let value = try await body(vhost)
            try await vhost.delete()
            return value
        } catch {
            try await vhost.delete()
            throw error
        }
    }

    private func create() async throws {
        try await management.call("PUT", "/vhosts/\(name)", "{}")
        let everything = #"{"configure": ".*", "write": ".*", "read": ".*"}"#
        try await management.call("PUT", "/permissions/\(name)/\(RabbitMQManagement.user())", everything)
    }

    /// In a task of its own, because a test that ran into its time limit is cancelled.
    private func delete() async throws {
        try await Task.detached { [management, name] in _ = try await management.call("DELETE", "/vhosts/\(name)") }
            .value
    }

    // MARK: - Looking and meddling

    /// Lends a proxy in front of the broker to `body`, with the address of this vhost through it.
    public func withProxy<Value: Sendable>(
        _ body: @Sendable (_ proxy: TestProxy, _ url: String) async throws -> Value
    ) async throws -> Value {
        let authority = url.split(separator: "/")[1]
        let credentials = authority.prefix { $0 != "@" }
        let port = authority.split(separator: ":").last.flatMap { UInt16($0) } ?? 5_672
        let proxy = try TestProxy(to: port)
        defer { proxy.close() }
        return try await body(proxy, "amqp://\(credentials)@127.0.0.1:\(proxy.port)/\(name)")
    }

    /// Lends an open connection to `body`.
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (AMQPConnection) async throws -> Value
    ) async throws -> Value {
        let connection = AMQPConnection(broker(name: "test look"))
        try await connection.open()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// How many messages are ready in `queue`.
    public func messageCount(of queue: String) async throws -> Int {
        try await withConnection { try await $0.messageCount(of: queue) }
    }

    /// Publishes to `queue` and waits for the confirms.
    public func publish(_ messages: [OutgoingMessage]) async throws {
        let report = try await withConnection { try await $0.publish(messages) }
        guard report.outcomes.allSatisfy({ $0 == .confirmed }) else {
            throw TestSetupError(description: "the broker did not confirm: \(report.outcomes)")
        }
    }

    /// Takes messages from `queue` until `count` are there.
    /// - Throws: ``TestSetupError`` when they do not come within `limit`.
    public func take(_ count: Int, from queue: String, within limit: Duration = .seconds(20)) async throws -> [Delivery]
    {
        try await withConnection { connection in
            try await connection.consume(queue, prefetch: 0)
            let deadline = ContinuousClock.now + limit
            var deliveries: [Delivery] = []
            while deliveries.count < count {
                guard ContinuousClock.now < deadline else {
                    throw TestSetupError(description: "\(deliveries.count) of \(count) messages came from \(queue)")
                }
                let batch = try await connection.receive(max: count - deliveries.count, wait: .milliseconds(200))
                if let last = batch.last { try await connection.acknowledge(last.tag, multiple: true) }
                deliveries += batch
            }
            return deliveries
        }
    }

    /// Closes the connections whose name contains `name`, as an operator would.
    /// - Returns: how many there were.
    @discardableResult
    public func closeConnections(named part: String) async throws -> Int {
        let names = try await connections(named: part)
        for name in names {
            let path = name.map { $0 == " " ? "%20" : $0 == ">" ? "%3E" : String($0) }.joined()
            try await management.call("DELETE", "/connections/\(path)")
        }
        return names.count
    }

    /// What the broker calls the connections in whose own name `part` occurs. It lists a new one after some seconds.
    public func connections(named part: String) async throws -> [String] {
        let connections = try await management.call("GET", "/vhosts/\(name)/connections").arrayValue ?? []
        return connections.compactMap { connection in
            let given = connection["client_properties"]?["connection_name"]?.stringValue ?? ""
            return given.contains(part) ? connection["name"]?.stringValue : nil
        }
    }
}

/// Waits until `condition` holds.
/// - Throws: ``TestSetupError`` when it does not within `limit`.
public func eventually(
    _ what: String, within limit: Duration = .seconds(20), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestSetupError(description: "in \(limit) never: \(what)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
