import Locking

import struct Synchronization.Atomic

/// Begins the spans of a process. Off until it is told to record.
public final class Tracer: Sendable {
    /// The tracer of a process, which its server, relay and consumers share.
    public static let shared = Tracer()

    private struct Recording {
        let sampler: Sampler
        let queue: SpanQueue
    }

    private let isOn = Atomic(false)
    private let recording = Mutex<Recording?>(nil)

    public init() {}

    /// A tracer that records from the start.
    public convenience init(_ sampler: Sampler, into queue: SpanQueue) {
        self.init()
        record(sampler, into: queue)
    }

    /// Records from now on what `sampler` chooses.
    public func record(_ sampler: Sampler, into queue: SpanQueue) {
        recording.withLock { $0 = Recording(sampler: sampler, queue: queue) }
        isOn.store(true, ordering: .releasing)
    }

    /// Whether anything is recorded at all.
    public var isRecording: Bool { isOn.load(ordering: .acquiring) }

    /// Begins the span with which a trace enters this process.
    ///
    /// While the tracer is off, what came is handed on as it came, so that those before and behind this process still
    /// find each other; where nothing came, the new trace is there for logs alone.
    /// - Parameters:
    ///   - parent: what the trace came with; nil begins a new one.
    ///   - mayBegin: whether a new trace may be recorded.
    ///   - began: when it began, where that is some time ago.
    /// - Returns: the context to hand on, and the span where it is recorded.
    public func begin(
        _ name: @autoclosure () -> String, _ kind: SpanKind, continuing parent: TraceContext?, mayBegin: Bool = true,
        began: ContinuousClock.Instant? = nil, attributes: @autoclosure () -> [SpanAttribute] = []
    ) -> (context: TraceContext, span: Span?) {
        let active = isRecording ? recording.withLock { $0 } : nil
        guard let active else { return (parent ?? .root(isSampled: false), nil) }
        let context: TraceContext
        if let parent {
            context = parent.child(isSampled: active.sampler.samples(below: parent))
        } else {
            let root = TraceContext.root(isSampled: false)
            context = root.sampled(mayBegin && active.sampler.samples(new: root))
        }
        guard context.isSampled else { return (context, nil) }
        let span = Span(
            name(), kind, context: context, parent: parent, isRemote: true, attributes: attributes(), links: [],
            began: began ?? .now, queue: active.queue)
        return (context, span)
    }
}

extension TraceContext {
    fileprivate func sampled(_ isSampled: Bool) -> TraceContext {
        TraceContext(high: high, low: low, span: span, isSampled: isSampled, tracestate: tracestate)
    }
}
