import DomainKit
import Foundation
import JSON
import Locking
import TestKit

/// The whole shop for one test: fresh databases and vhost, migrated by the migrators, served by the real executables.
final class Shop: Sendable {
    let databases: [Domain: TestDatabase]
    let broker: TestVhost
    /// Whose tokens the APIs take. Clients have one of an admin.
    let issuer: TestIssuer
    private let keys: URL
    /// Settings that all processes have besides those that they need.
    private let more: [String: String]
    private let processes = Mutex<[ServerProcess]>([])
    private let apis = Mutex<[Domain: HTTPClient]>([:])

    enum Domain: String, CaseIterable, Sendable {
        case order, stock, notification
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private init(databases: [Domain: TestDatabase], broker: TestVhost, more: [String: String]) throws {
        self.more = more
        self.databases = databases
        self.broker = broker
        issuer = try TestIssuer()
        keys = FileManager.default.temporaryDirectory.appending(path: "tradewind-test-keys-\(UUID()).json")
        try Data(issuer.keySet).write(to: keys)
    }

    deinit { try? FileManager.default.removeItem(at: keys) }

    /// Opens a shop with `workers` of each domain, lends it to `body`, and leaves nothing behind.
    static func with<Value: Sendable>(
        workers: Int = 1, settings: [String: String] = [:], _ body: @Sendable (Shop) async throws -> Value
    ) async throws -> Value {
        try await TestVhost.with { vhost in
            try await TestDatabase.with { orders in
                try await TestDatabase.with { stock in
                    try await TestDatabase.with { notifications in
                        let databases: [Domain: TestDatabase] = [
                            .order: orders, .stock: stock, .notification: notifications,
                        ]
                        let shop = try Shop(databases: databases, broker: vhost, more: settings)
                        do {
                            try await shop.open(workers: workers)
                            let value = try await body(shop)
                            await shop.close()
                            return value
                        } catch {
                            shop.printLogs()
                            await shop.close()
                            throw error
                        }
                    }
                }
            }
        }
    }

    private func open(workers: Int) async throws {
        for domain in Domain.allCases {
            let migrator = try ServerProcess("\(domain)-migrator", settings: settings(of: domain))
            guard await migrator.wait() == 0 else {
                throw Failure(description: "\(domain)-migrator failed:\n\(migrator.log)")
            }
        }
        for domain in Domain.allCases {
            for _ in 0..<workers { try await startWorker(of: domain) }
            _ = try await startAPI(of: domain)
        }
    }

    /// The settings that a process of the domain needs.
    func settings(of domain: Domain) -> [String: String] {
        [
            "DATABASE_URL": databases[domain]?.url ?? "", "AMQP_URL": broker.url, "HTTP_PORT": "0",
            "RETRY_DELAYS": "50ms,100ms,200ms", "AUTH_JWKS": keys.path(), "AUTH_ISSUER": issuer.issuer,
            "AUTH_AUDIENCE": issuer.audience,
        ].merging(more) { $1 }
    }

    /// Starts one more API of a domain and waits until it is ready.
    /// - Parameter more: settings besides those that every process of the domain has.
    @discardableResult
    func startAPI(
        of domain: Domain, with more: [String: String] = [:]
    ) async throws -> (process: ServerProcess, client: HTTPClient) {
        let process = try start("\(domain)-api", of: domain, with: more)
        let client = try await ready(process)
        apis.withLock { if $0[domain] == nil { $0[domain] = client } }
        return (process, client)
    }

    /// Starts one more worker of a domain and waits until it is ready.
    /// - Parameter more: settings besides those that every process of the domain has.
    @discardableResult
    func startWorker(of domain: Domain, with more: [String: String] = [:]) async throws -> ServerProcess {
        let process = try start("\(domain)-worker", of: domain, with: more)
        _ = try await ready(process)
        return process
    }

    /// Stops all workers as an orchestrator does.
    /// - Returns: the domain of each.
    /// - Throws: ``Failure`` where one does not exit with 0.
    func stopWorkers() async throws -> [Domain] {
        let workers = processes.withLock { all in
            defer { all.removeAll { $0.name.hasSuffix("-worker") } }
            return all.filter { $0.name.hasSuffix("-worker") }
        }
        return try await withThrowingTaskGroup(of: Domain?.self) { group in
            for worker in workers {
                group.addTask {
                    let code = await worker.stop()
                    guard code == 0 else {
                        throw Failure(description: "\(worker.name) ended with \(code):\n\(worker.log)")
                    }
                    return Domain.allCases.first { worker.name == "\($0)-worker" }
                }
            }
            return try await group.reduce(into: []) { domains, domain in
                if let domain { domains.append(domain) }
            }
        }
    }

    /// Kills the oldest worker of a domain, as a power cut would.
    func killWorker(of domain: Domain) async { await takeWorker(of: domain)?.kill9() }

    /// The oldest worker of a domain, which the shop forgets.
    func takeWorker(of domain: Domain) -> ServerProcess? {
        processes.withLock { all in
            all.firstIndex { $0.name == "\(domain)-worker" }.map { all.remove(at: $0) }
        }
    }

    /// The processes that listen, in the order in which they were started, and where.
    var addresses: [(name: String, address: String)] {
        processes.withLock { $0 }.compactMap { process in
            listeningAddress(in: process.log).map { (process.name, $0) }
        }
    }

    /// The paths of their logs.
    var logFiles: [String] { processes.withLock { $0.map { $0.logFile.path() } } }

    /// The first API of a domain.
    func api(_ domain: Domain) throws -> HTTPClient {
        guard let client = apis.withLock({ $0[domain] }) else {
            throw Failure(description: "the \(domain) API has not been started")
        }
        return client
    }

    private func start(
        _ name: String, of domain: Domain, with more: [String: String] = [:]
    ) throws -> ServerProcess {
        let process = try ServerProcess(name, settings: settings(of: domain).merging(more) { $1 })
        processes.withLock { $0.append(process) }
        return process
    }

    /// Waits until the process says where it listens, and then that it is ready.
    private func ready(_ process: ServerProcess) async throws -> HTTPClient {
        let address = try await eventually("\(process.name) listens\n\(process.log)") {
            listeningAddress(in: process.log)
        }
        let client = HTTPClient("http://\(address)", token: try issuer.token("admin"))
        _ = try await eventually("\(process.name) is ready\n\(process.log)") {
            try? await client.send("GET", "/health/ready").status == 200 ? true : nil
        }
        return client
    }

    private func close() async {
        let all = processes.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for process in all { group.addTask { await process.stop() } }
        }
    }

    private func printLogs() {
        for process in processes.withLock({ $0 }) {
            let lines = process.log.split(separator: "\n")
            print("--- \(process.name), last of \(lines.count) lines")
            for line in lines.suffix(20) { print(line) }
        }
    }
}

/// The address that a process said it listens on.
private func listeningAddress(in log: String) -> String? {
    for line in log.split(separator: "\n") where line.contains("\"serving HTTP\"") {
        guard let json = try? JSONValue(parsing: Array(line.utf8)) else { continue }
        return json["address"]?.stringValue
    }
    return nil
}

/// Asks `probe` until it has an answer.
/// - Throws: after `limit`, naming what was waited for.
func eventually<Value: Sendable>(
    _ expectation: @autoclosure () -> String, within limit: Duration = .seconds(60),
    _ probe: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await probe() { return value }
        guard ContinuousClock.now < deadline else {
            throw Shop.Failure(description: "did not happen within \(limit): \(expectation())")
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
