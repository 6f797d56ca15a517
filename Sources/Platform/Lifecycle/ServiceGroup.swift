import DomainKit
import Observability

/// Runs the parts of a process together, and stops them in the reverse order of their list.
///
/// What others depend on comes first in the list, and so is the last to stop.
public struct ServiceGroup: Sendable {
    private let services: [any Service]
    private let stopWithin: Duration
    private let logger: Logger

    /// How a group ended.
    public enum Outcome: Sendable, Equatable {
        /// All parts stopped when they were told to.
        case stopped
        /// A part ended by itself, with the given error where it had one; the others were stopped.
        case failed(service: String, error: String)
        /// These parts did not stop in time.
        case timedOut([String])
    }

    /// - Parameter stopWithin: how long all parts together may take to stop.
    public init(_ services: [any Service], stopWithin: Duration = .seconds(25), logger: Logger) {
        self.services = services
        self.stopWithin = stopWithin
        self.logger = logger
    }

    private enum Event: Sendable {
        case ended(Int, (any Error)?)
        case toldToStop
        case outOfTime
    }

    /// Runs all parts until `shutdown` is triggered or one of them ends.
    public func run(until shutdown: ShutdownSignal) async -> Outcome {
        let signals = services.map { _ in ShutdownSignal() }
        let (events, report) = AsyncStream.makeStream(of: Event.self)
        let tasks = zip(services, signals).enumerated().map { index, pair in
            Task {
                do {
                    try await pair.0.run(until: pair.1)
                    report.yield(.ended(index, nil))
                } catch {
                    report.yield(.ended(index, error))
                }
            }
        }
        shutdown.onTrigger { report.yield(.toldToStop) }
        let outcome = await watch(events, signals: signals, report: report)
        // A part that hangs is left behind: the process is about to end.
        for task in tasks { task.cancel() }
        return outcome
    }

    private func watch(
        _ events: AsyncStream<Event>, signals: [ShutdownSignal], report: AsyncStream<Event>.Continuation
    ) async -> Outcome {
        var running = Set(services.indices)
        var failure: Outcome?
        var deadline: Task<Void, Never>?
        defer { deadline?.cancel() }
        for await event in events {
            switch event {
            case .toldToStop: break
            case .outOfTime:
                let names = running.sorted().map { services[$0].name }
                for name in names { logger.error("service did not stop in time", .service(name)) }
                return .timedOut(names)
            case .ended(let index, let error):
                running.remove(index)
                if let error {
                    logger.error("service failed", .service(services[index].name), .error(error))
                } else {
                    logger.debug("service stopped", .service(services[index].name))
                }
                if error != nil || !signals[index].isTriggered, failure == nil {
                    let text = error.map { String(describing: $0) } ?? "ended by itself"
                    failure = .failed(service: services[index].name, error: text)
                }
            }
            guard let last = running.max() else { return failure ?? .stopped }
            if deadline == nil {
                deadline = Task { [stopWithin] in
                    if (try? await Task.sleep(for: stopWithin)) != nil { report.yield(.outOfTime) }
                }
            }
            signals[last].trigger()
        }
        return failure ?? .stopped
    }
}
