import Locking

/// How often values fell below each of some bounds, with their sum and number.
public final class Histogram: MetricFamily {
    /// Bounds for durations in seconds, as OpenTelemetry advises for requests.
    public static let seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// Bounds for what takes a fraction of a millisecond, such as a statement.
    public static let shortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]
    /// Bounds for what takes milliseconds when all is well, and minutes or hours when something is away.
    public static let longSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600]
    /// Bounds for sizes in bytes.
    public static let bytes = [128.0, 512, 2_048, 8_192, 32_768, 131_072, 1_048_576]

    /// The distribution for one set of labels; observing with it hashes nothing.
    public final class Series: Sendable {
        fileprivate struct Counts {
            /// How many values fell into each bucket; the last one has no bound.
            var buckets: [Int]
            var sum = 0.0
        }

        private let bounds: [Double]
        private let counts: Mutex<Counts>

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
        }

        public func observe(_ duration: Duration) {
            // Converting the attoseconds as one number of 128 bits would take twenty times as long.
            let (seconds, attoseconds) = duration.components
            observe(Double(seconds) + Double(attoseconds) * 1e-18)
        }

        public func observe(_ value: Double) {
            var bucket = 0
            while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
            counts.withLock { counts in
                counts.buckets[bucket] += 1
                counts.sum += value
            }
        }

        fileprivate var snapshot: Counts { counts.withLock { $0 } }

        /// How many values were observed.
        public var total: Int { snapshot.buckets.reduce(0, +) }
    }

    private let header: MetricHeader
    private let buckets: [Double]
    private let table: SeriesTable<Series>

    init(_ header: MetricHeader, buckets: [Double]) {
        self.header = header
        self.buckets = buckets
        table = SeriesTable { Series(bounds: buckets) }
    }

    /// The series with these labels, from now on to be seen.
    public func series(_ labels: MetricLabels = [:]) -> Series { table[labels] }

    public func observe(_ duration: Duration, _ labels: MetricLabels = [:]) { table[labels].observe(duration) }
    public func observe(_ value: Double, _ labels: MetricLabels = [:]) { table[labels].observe(value) }

    /// How many values were observed.
    public func total(_ labels: MetricLabels = [:]) -> Int { table.known(labels)?.total ?? 0 }

    func exposition() -> String {
        var text = header.text
        let bounds = buckets.map(\.description) + ["+Inf"]
        for (labels, series) in table.sorted {
            let counts = series.snapshot
            let bucket = "\(header.name)_bucket\(labels.upToBound)"
            var below = 0
            for (bound, count) in zip(bounds, counts.buckets) {
                below += count
                text += bucket + bound + "\"} " + String(below) + "\n"
            }
            let names = labels.exposition
            text += "\(header.name)_sum\(names) \(counts.sum.exposition)\n\(header.name)_count\(names) \(below)\n"
        }
        return text
    }
}
