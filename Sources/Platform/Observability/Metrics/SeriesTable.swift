import Locking

/// The series of one family by their labels.
///
/// Looking one up hashes all labels: what counts often keeps the series that it got here.
final class SeriesTable<Series: Sendable>: Sendable {
    private let series = Mutex<[MetricLabels: (labels: LabelText, series: Series)]>([:])
    private let make: @Sendable () -> Series

    init(_ make: @escaping @Sendable () -> Series) { self.make = make }

    /// The series with these labels, which begins now if it is new.
    subscript(labels: MetricLabels) -> Series {
        series.withLock { series in
            if let known = series[labels] { return known.series }
            let new = make()
            series[labels] = (LabelText(labels), new)
            return new
        }
    }

    /// The series with these labels, if it has begun.
    func known(_ labels: MetricLabels) -> Series? { series.withLock { $0[labels]?.series } }

    /// All series in the order of their labels as text.
    var sorted: [(labels: LabelText, series: Series)] {
        series.withLock { Array($0.values) }.sorted { $0.labels.pairs < $1.labels.pairs }
    }
}
