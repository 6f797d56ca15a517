import Lifecycle

/// Does a service's work on a connection, and does it again on a new one whenever that breaks, until the shutdown.
struct Reconnection: Sendable {
    let connection: any BrokerConnection
    let status: ConnectionStatus
    let timing: any Timing

    /// - Parameters:
    ///   - connections: whose heartbeats to serve meanwhile, while a handler takes its time or the database is away.
    ///   - interval: how often to serve them.
    ///   - work: opens the connection and works on it. Returns at the shutdown, or throws what broke.
    func run(
        until shutdown: ShutdownSignal, servingHeartbeatsOf connections: [any BrokerConnection] = [],
        every interval: Duration = .zero, _ work: () async throws -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            if !connections.isEmpty {
                group.addTask { await serveHeartbeats(of: connections, every: interval) }
            }
            await repeatedly(work, until: shutdown)
            group.cancelAll()
        }
        await connection.close()
    }

    private func repeatedly(_ work: () async throws -> Void, until shutdown: ShutdownSignal) async {
        var backoff = Backoff()
        while !shutdown.isTriggered && !Task.isCancelled {
            do {
                try await work()
            } catch is ConsumerStopped {
                return
            } catch {
                if status.didFail(error) { backoff.reset() }
                await connection.close()
                await timing.sleep(for: backoff.nextDelay(timing.jittered), until: shutdown)
            }
        }
    }

    private func serveHeartbeats(of connections: [any BrokerConnection], every interval: Duration) async {
        let never = ShutdownSignal()
        while await timing.sleep(for: interval, until: never) {
            for connection in connections where await connection.isOpen { try? await connection.keepAlive() }
        }
    }
}
