import Locking

/// Labels of a metric, such as `["queue": "stock.order-created"]`. Keep the number of different values small.
public typealias MetricLabels = [String: String]

/// The metrics of one process, written out as Prometheus reads them (text format 0.0.4).
public final class MetricsRegistry: Sendable {
    /// The registry that a process serves at `/metrics`.
    public static let shared = MetricsRegistry()

    private let families = Mutex<[String: any MetricFamily]>([:])

    public init() {}

    /// A number that only grows. The same name gives the same counter.
    public func counter(_ name: String, help: String) -> Counter {
        family(name) { Counter(MetricHeader(name, help, .counter)) }
    }

    /// A number that goes up and down. The same name gives the same gauge.
    public func gauge(_ name: String, help: String) -> Gauge {
        family(name) { Gauge(MetricHeader(name, help, .gauge)) }
    }

    /// A distribution, in seconds unless its name says otherwise. The same name gives the same histogram.
    /// - Parameter buckets: upper bounds, ascending.
    public func histogram(_ name: String, help: String, buckets: [Double] = Histogram.seconds) -> Histogram {
        family(name) { Histogram(MetricHeader(name, help, .histogram), buckets: buckets) }
    }

    /// A number that somebody else keeps, asked for whenever the metrics are read. Where several are registered under
    /// one name, what they say of the same labels is added up.
    /// - Parameter read: must not block. Nil where what it tells of is gone: it is not asked again.
    public func read(
        _ kind: MetricKind, _ name: String, help: String,
        _ read: @escaping @Sendable () -> [(labels: MetricLabels, value: Double)]?
    ) {
        family(name) { ReadMetric(MetricHeader(name, help, kind)) }.add(read)
    }

    private func family<Family: MetricFamily>(_ name: String, _ make: () -> Family) -> Family {
        families.withLock { families in
            if let known = families[name] as? Family { return known }
            let new = make()
            families[name] = new
            return new
        }
    }

    /// All metrics in Prometheus' text format, families in the order of their names.
    public func exposition() -> String {
        families.withLock { $0 }.sorted { $0.key < $1.key }.map { $0.value.exposition() }.joined()
    }
}

/// All series of one name.
protocol MetricFamily: Sendable {
    func exposition() -> String
}

/// How a metric that is read moves.
public enum MetricKind: String, Sendable {
    /// It only grows.
    case counter
    /// It goes up and down.
    case gauge
    case histogram
}
