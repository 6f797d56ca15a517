/// What role a span plays between processes (OpenTelemetry's `SpanKind`); the numbers are those of OTLP.
public enum SpanKind: Int, Sendable {
    /// Inside of a process.
    case `internal` = 1
    /// Answers a request of another process.
    case server = 2
    /// Asks another process, such as a database, and waits.
    case client = 3
    /// Leaves a message for others.
    case producer = 4
    /// Handles a message that another left.
    case consumer = 5
}

/// A named value of a span, by OpenTelemetry's semantic conventions where they have a name for it.
public struct SpanAttribute: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
        case string(String)
        case integer(Int)
    }

    public let name: String
    public let value: Value

    public init(_ name: StaticString, _ value: Value) {
        self.name = name.description
        self.value = value
    }
}

/// A span that has ended, as it is exported.
public struct SpanRecord: Sendable {
    public let context: TraceContext
    /// The span that it is within; nil where it begins the trace.
    public let parent: TraceContext?
    /// Whether the parent is another process's.
    public let hasRemoteParent: Bool
    public internal(set) var name: String
    public let kind: SpanKind
    /// Since 1970.
    public let startNanoseconds: Int64
    public internal(set) var endNanoseconds: Int64 = 0
    public internal(set) var attributes: [SpanAttribute]
    /// Other spans that it was work for.
    public let links: [TraceContext]
    /// What went wrong, empty where only that something did; nil where nothing did.
    public internal(set) var failure: String?
}
