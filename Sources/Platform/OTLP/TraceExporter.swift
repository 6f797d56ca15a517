import HTTPClient
import JSON
import Lifecycle
import Observability
import Tracing

/// Sends the spans of a process to a collector, by OTLP over HTTP in JSON, in the background.
///
/// It works on a thread of its own and takes spans from a bounded queue, so that a collector that is slow or away costs
/// the process nothing but the spans that are dropped and counted. A batch that the collector could not take is tried
/// again a few times. At the end it sends what is left, within ``TraceExporterSettings/flushTimeout``: put it first in the
/// list of services, so that it stops last.
public final class TraceExporter: Service {
    private static let attempts = 4

    public let name = "traces"
    private let settings: TraceExporterSettings
    private let queue: SpanQueue
    private let logger: Logger
    private let metrics: TraceMetrics
    private let thread = ThreadExecutor(name: "traces")
    private let client: WebClient
    private let backoff: Backoff
    // While a collector is away, every batch fails for the same reason.
    private let complaints = LogLimit(every: .seconds(60))

    public init(
        _ settings: TraceExporterSettings, from queue: SpanQueue, logger: Logger = .silent,
        metrics: MetricsRegistry = .shared, backoff: Backoff = Backoff(base: .seconds(1), limit: .seconds(5))
    ) {
        self.settings = settings
        self.queue = queue
        self.logger = logger.with(.service(name))
        self.metrics = TraceMetrics(metrics, queue: queue)
        self.backoff = backoff
        var web = WebClientSettings()
        web.timeout = settings.timeout
        web.certificates = settings.certificates
        web.usesProxy = settings.usesProxy
        client = WebClient(on: thread, settings: web)
    }

    deinit { thread.stop() }

    public func run(until shutdown: ShutdownSignal) async {
        let work = Task(executorPreference: thread) { [self] in
            while !shutdown.isTriggered {
                await waitForBatch(until: shutdown)
                await exportAll(until: shutdown)
            }
            await exportAll(until: shutdown)
        }
        await shutdown.wait()
        let limit = Task { [settings] in
            if (try? await Task.sleep(for: settings.flushTimeout)) != nil { work.cancel() }
        }
        await work.value
        limit.cancel()
        metrics.noteDropped()
        let left = queue.count
        if left > 0 { logger.warn("spans were not sent before the end", .count(left)) }
    }

    /// Until a batch is full or the oldest span has waited long enough.
    private func waitForBatch(until shutdown: ShutdownSignal) async {
        let due = ShutdownSignal()
        let token = shutdown.onTrigger { due.trigger() }
        queue.whenFull { due.trigger() }
        await due.sleep(for: settings.scheduleDelay)
        shutdown.removeObserver(token)
    }

    // MARK: - Exporting

    /// Sends what waits, batch after batch.
    private func exportAll(until shutdown: ShutdownSignal) async {
        while !Task.isCancelled {
            metrics.noteDropped()
            let batch = queue.take()
            guard !batch.isEmpty else { return }
            await export(batch, until: shutdown)
            // Less than a batch can wait for more.
            if batch.count < queue.batchSize { return }
        }
    }

    /// Sends one batch, or gives it up.
    private func export(_ batch: [SpanRecord], until shutdown: ShutdownSignal) async {
        let end = ContinuousClock.now + settings.exportTimeout
        let body = TracePayload(resource: settings.resource, spans: batch).jsonBytes
        var backoff = backoff
        var attempt = 1
        while true {
            switch await post(body) {
            case .taken(let rejected): return metrics.exported(batch.count - rejected, rejected: rejected)
            case .failed(let reason, let kind, let pause):
                let delay = pause ?? backoff.nextDelay()
                if kind == .temporary, attempt < Self.attempts, .now + delay < end, !Task.isCancelled {
                    // Told to stop, it tries again at once: there is no better time to come.
                    await shutdown.sleep(for: delay)
                    attempt += 1
                    continue
                }
                metrics.failed(batch.count, kind)
                if complaints.admit() != nil {
                    logger.warn("spans could not be sent and are dropped", .count(batch.count), .reason(reason))
                }
                return
            }
        }
    }

    private enum Outcome {
        case taken(rejected: Int)
        case failed(reason: String, TraceMetrics.Failure, pause: Duration?)
    }

    private func post(_ body: [UInt8]) async -> Outcome {
        do throws(WebClientError) {
            let answer = try await client.send(
                WebRequest(settings.url, headers: settings.headers + [("Content-Type", "application/json")], body: body)
            )
            switch answer.status {
            case 200..<300: return .taken(rejected: rejectedSpans(in: answer.body))
            case 429, 502, 503, 504:
                let pause = answer.header("Retry-After").flatMap { Int($0) }.map { Duration.seconds(max(0, $0)) }
                return .failed(reason: "the collector answered \(answer.status)", .temporary, pause: pause)
            default: return .failed(reason: "the collector answered \(answer.status)", .refused, pause: nil)
            }
        } catch {
            return .failed(reason: error.description, error.isTemporary ? .temporary : .refused, pause: nil)
        }
    }

    /// `ExportTracePartialSuccess`: how many of the spans the collector did not want.
    private func rejectedSpans(in body: [UInt8]) -> Int {
        guard let rejected = (try? JSONValue(parsing: body))?["partialSuccess"]?["rejectedSpans"] else { return 0 }
        // A 64-bit integer, and so a string; numbers are to be taken, too.
        return rejected.stringValue.flatMap { Int($0) } ?? rejected.integerValue.map { Int(clamping: $0) } ?? 0
    }
}
