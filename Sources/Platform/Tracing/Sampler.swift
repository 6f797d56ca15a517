/// Decides which traces are recorded, by OpenTelemetry's names.
public struct Sampler: Sendable, Equatable {
    /// What is decided where nobody has decided before.
    enum Root: Sendable, Equatable {
        case always
        case never
        /// The traces whose id, taken for a number, is below this bound: every process chooses the same ones.
        case below(UInt64)
    }

    let root: Root
    /// Whether whoever continues a trace does as it was decided for it.
    let followsParent: Bool

    public static let alwaysOn = Sampler(root: .always, followsParent: false)
    public static let alwaysOff = Sampler(root: .never, followsParent: false)
    public static let parentBasedAlwaysOn = Sampler(root: .always, followsParent: true)

    init(root: Root, followsParent: Bool) {
        self.root = root
        self.followsParent = followsParent
    }

    /// Reads a value of `OTEL_TRACES_SAMPLER`, such as `parentbased_traceidratio`. Nil where the text is none.
    /// - Parameter ratio: which part of all traces `traceidratio` takes, from 0 to 1.
    public init?(_ name: String, ratio: Double) {
        let prefix = "parentbased_"
        followsParent = name.hasPrefix(prefix)
        switch followsParent ? name.dropFirst(prefix.count) : name[...] {
        case "always_on": root = .always
        case "always_off": root = .never
        case "traceidratio": root = ratio >= 1 ? .always : .below(UInt64(max(0, ratio) * 0x1p56))
        default: return nil
        }
    }

    /// Whether the span below `parent` is recorded.
    func samples(below parent: TraceContext) -> Bool { followsParent ? parent.isSampled : samples(trace: parent.low) }

    /// Whether a new trace is recorded.
    func samples(new trace: TraceContext) -> Bool { samples(trace: trace.low) }

    private func samples(trace low: UInt64) -> Bool {
        switch root {
        case .always: true
        case .never: false
        // The last seven bytes are the random ones (W3C Trace Context, level 2).
        case .below(let bound): low & 0xFF_FFFF_FFFF_FFFF < bound
        }
    }
}
