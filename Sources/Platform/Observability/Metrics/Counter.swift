import struct Synchronization.Atomic

/// A number that only grows.
public final class Counter: MetricFamily {
    /// The count for one set of labels; counting with it costs one atomic addition.
    public final class Series: Sendable {
        private let count = Atomic(0)

        /// Adds `amount`, which must not be negative.
        public func increment(by amount: Int = 1) { count.wrappingAdd(amount, ordering: .relaxed) }

        /// The count so far.
        public var value: Int { count.load(ordering: .relaxed) }
    }

    private let header: MetricHeader
    private let table = SeriesTable { Series() }

    init(_ header: MetricHeader) { self.header = header }

    /// The series with these labels, from now on to be seen with its count, be it 0.
    public func series(_ labels: MetricLabels = [:]) -> Series { table[labels] }

    /// Adds `amount`, which must not be negative.
    public func increment(by amount: Int = 1, _ labels: MetricLabels = [:]) { table[labels].increment(by: amount) }

    /// The count so far.
    public func value(_ labels: MetricLabels = [:]) -> Int { table.known(labels)?.value ?? 0 }

    func exposition() -> String {
        table.sorted.reduce(into: header.text) { text, entry in
            text += "\(header.name)\(entry.labels.exposition) \(entry.series.value)\n"
        }
    }
}
