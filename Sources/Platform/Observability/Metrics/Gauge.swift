import Locking

import struct Synchronization.Atomic

/// A number that goes up and down.
public final class Gauge: MetricFamily {
    /// The value for one set of labels.
    public final class Series: Sendable {
        private let bits = Atomic(Double(0).bitPattern)

        public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

        /// The value that was set last; 0 before.
        public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
    }

    private let header: MetricHeader
    private let table = SeriesTable { Series() }

    init(_ header: MetricHeader) { self.header = header }

    /// The series with these labels, from now on to be seen.
    public func series(_ labels: MetricLabels = [:]) -> Series { table[labels] }

    public func set(_ value: Double, _ labels: MetricLabels = [:]) { table[labels].set(value) }

    public func value(_ labels: MetricLabels = [:]) -> Double { table.known(labels)?.value ?? 0 }

    func exposition() -> String {
        table.sorted.reduce(into: header.text) { text, entry in
            text += "\(header.name)\(entry.labels.exposition) \(entry.series.value.exposition)\n"
        }
    }
}

/// A number that somebody else keeps.
final class ReadMetric: MetricFamily {
    typealias Read = @Sendable () -> [(labels: MetricLabels, value: Double)]?

    private let header: MetricHeader
    private let readers = Mutex<[Read]>([])

    init(_ header: MetricHeader) { self.header = header }

    func add(_ read: @escaping Read) { readers.withLock { $0.append(read) } }

    func exposition() -> String {
        var values: [MetricLabels: Double] = [:]
        readers.withLock { readers in
            readers = readers.filter { read in
                guard let samples = read() else { return false }
                for sample in samples { values[sample.labels, default: 0] += sample.value }
                return true
            }
        }
        let lines = values.map { "\(header.name)\(LabelText($0.key).exposition) \($0.value.exposition)\n" }
        return header.text + lines.sorted().joined()
    }
}
