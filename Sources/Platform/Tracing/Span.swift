import Glibc
import Locking

/// Something that takes time and is recorded: a request, a statement, a message. Where nothing is recorded there is none.
///
/// It is handed on to its queue when it ends; what is changed after that is lost. One that never ends is never exported.
public final class Span: Sendable {
    /// What a task is at work for, where that is recorded. Child tasks inherit it, detached ones do not.
    @TaskLocal public static var current: Span?

    /// What hands the trace on: whoever gets it becomes a child of this span.
    public let context: TraceContext
    private let queue: SpanQueue
    private let began: ContinuousClock.Instant
    // Nil once it has ended.
    private let record: Mutex<SpanRecord?>

    init(
        _ name: String, _ kind: SpanKind, context: TraceContext, parent: TraceContext?, isRemote: Bool,
        attributes: [SpanAttribute], links: [TraceContext], began: ContinuousClock.Instant, queue: SpanQueue
    ) {
        self.context = context
        self.queue = queue
        self.began = began
        let age = ContinuousClock.now - began
        record = Mutex(
            SpanRecord(
                context: context, parent: parent, hasRemoteParent: isRemote, name: name, kind: kind,
                startNanoseconds: wallNanoseconds() - age.nanoseconds, attributes: attributes, links: links))
    }

    /// A span within this one.
    /// - Parameter links: other spans that it is work for.
    public func child(
        _ name: String, _ kind: SpanKind = .internal, attributes: [SpanAttribute] = [], links: [TraceContext] = []
    ) -> Span {
        Span(
            name, kind, context: context.child(isSampled: true), parent: context, isRemote: false,
            attributes: attributes, links: links, began: .now, queue: queue)
    }

    public func rename(_ name: String) { record.withLock { $0?.name = name } }

    public func set(_ name: StaticString, _ value: SpanAttribute.Value) {
        record.withLock { $0?.attributes.append(SpanAttribute(name, value)) }
    }

    /// Marks the span as failed.
    /// - Parameters:
    ///   - type: the kind of error, of few different values; the attribute `error.type`.
    ///   - description: for people. Must hold no secret and no personal data.
    public func fail(_ type: String, _ description: String = "") {
        record.withLock { record in
            record?.failure = description
            record?.attributes.append(SpanAttribute("error.type", .string(type)))
        }
    }

    /// The span is over. Calls after the first change nothing.
    public func end() {
        let duration = ContinuousClock.now - began
        let ended = record.withLock { record in
            var ended = record
            record = nil
            if let start = ended?.startNanoseconds { ended?.endNanoseconds = start + duration.nanoseconds }
            return ended
        }
        if let ended { queue.add(ended) }
    }

    /// Runs `body` within the span as the ``current`` one, and ends it. What `body` throws makes it a failed one, under
    /// the name of its type.
    public func measure<Value>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async rethrows -> Value {
        defer { end() }
        do {
            return try await Span.$current.withValue(self, operation: body)
        } catch {
            fail(String(describing: type(of: error)))
            throw error
        }
    }
}

extension Span {
    /// Runs `body` as work for all of `spans`: as the ``current`` span where there is one, and else within a span `name`
    /// of its own, which is a child of the first and linked to the others. Without any it just runs.
    public static func shared<Value>(
        by spans: [Span], as name: String, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Value
    ) async rethrows -> Value {
        guard let first = spans.first else { return try await body() }
        guard spans.count > 1 else { return try await Span.$current.withValue(first, operation: body) }
        let size = SpanAttribute("tradewind.batch.size", .integer(spans.count))
        return try await first.child(name, attributes: [size], links: spans.dropFirst().map(\.context)).measure(body)
    }
}

/// Nanoseconds since 1970 by the machine's clock.
private func wallNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
