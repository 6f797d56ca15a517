import Tracing

extension LogField {
    /// The trace that a line belongs to.
    public static func traceID(_ trace: TraceContext) -> LogField { LogField("trace_id", trace.traceID) }
    /// The part of the trace that a line belongs to.
    public static func spanID(_ trace: TraceContext) -> LogField { LogField("span_id", trace.spanID) }
}

extension Logger {
    /// The same logger, which adds the trace to every line; as it was where there is none.
    public func with(_ trace: TraceContext?) -> Logger {
        trace.map { with(.traceID($0), .spanID($0)) } ?? self
    }
}
