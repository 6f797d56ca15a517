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
        family(name) { Counter(name: name, help: help) }
    }

    /// A number that goes up and down. The same name gives the same gauge.
    public func gauge(_ name: String, help: String) -> Gauge {
        family(name) { Gauge(name: name, help: help) }
    }

    /// A distribution, in seconds unless its name says otherwise. The same name gives the same histogram.
    public func histogram(_ name: String, help: String, buckets: [Double] = Histogram.seconds) -> Histogram {
        family(name) { Histogram(name: name, help: help, buckets: buckets) }
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

/// A number that only grows.
public final class Counter: MetricFamily {
    private let name: String
    private let help: String
    private let series = Mutex<[MetricLabels: Double]>([:])

    init(name: String, help: String) {
        self.name = name
        self.help = help
    }

    /// Adds `amount`, which must not be negative.
    public func increment(by amount: Int = 1, _ labels: MetricLabels = [:]) {
        series.withLock { $0[labels, default: 0] += Double(amount) }
    }

    /// The count so far.
    public func value(_ labels: MetricLabels = [:]) -> Double { series.withLock { $0[labels] ?? 0 } }

    func exposition() -> String {
        header(name, help, "counter") + series.withLock { $0 }.sortedLines { "\(name)\($0) \($1)\n" }
    }
}

/// A number that goes up and down.
public final class Gauge: MetricFamily {
    private let name: String
    private let help: String
    private let series = Mutex<[MetricLabels: Double]>([:])

    init(name: String, help: String) {
        self.name = name
        self.help = help
    }

    public func set(_ value: Double, _ labels: MetricLabels = [:]) { series.withLock { $0[labels] = value } }
    public func add(_ amount: Double, _ labels: MetricLabels = [:]) {
        series.withLock { $0[labels, default: 0] += amount }
    }
    public func value(_ labels: MetricLabels = [:]) -> Double { series.withLock { $0[labels] ?? 0 } }

    func exposition() -> String {
        header(name, help, "gauge") + series.withLock { $0 }.sortedLines { "\(name)\($0) \($1)\n" }
    }
}

/// How often values fell below each of some bounds, with their sum and number.
public final class Histogram: MetricFamily {
    /// Bounds for durations in seconds, as OpenTelemetry advises for requests.
    public static let seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

    private struct Series {
        var counts: [Int]
        var sum = 0.0
        var total = 0
    }

    private let name: String
    private let help: String
    private let buckets: [Double]
    private let series = Mutex<[MetricLabels: Series]>([:])

    init(name: String, help: String, buckets: [Double]) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }

    public func observe(_ duration: Duration, _ labels: MetricLabels = [:]) {
        observe(duration / .seconds(1), labels)
    }

    public func observe(_ value: Double, _ labels: MetricLabels = [:]) {
        let bucket = buckets.firstIndex { value <= $0 }
        series.withLock { series in
            var one = series[labels] ?? Series(counts: Array(repeating: 0, count: buckets.count))
            if let bucket { one.counts[bucket] += 1 }
            one.sum += value
            one.total += 1
            series[labels] = one
        }
    }

    /// How many values were observed.
    public func total(_ labels: MetricLabels = [:]) -> Int { series.withLock { $0[labels]?.total ?? 0 } }

    func exposition() -> String {
        var text = header(name, help, "histogram")
        for (labels, one) in series.withLock({ $0 }).sorted(by: { render($0.key) < render($1.key) }) {
            var below = 0
            for (bound, count) in zip(buckets, one.counts) {
                below += count
                text += "\(name)_bucket\(render(labels.merging(["le": String(bound)]) { $1 })) \(below)\n"
            }
            text += "\(name)_bucket\(render(labels.merging(["le": "+Inf"]) { $1 })) \(one.total)\n"
            text += "\(name)_sum\(render(labels)) \(one.sum)\n\(name)_count\(render(labels)) \(one.total)\n"
        }
        return text
    }
}

private func header(_ name: String, _ help: String, _ type: String) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
}

private func render(_ labels: MetricLabels) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.sorted { $0.key < $1.key }.map { name, value in
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += #"\\"#
            case "\"": escaped += #"\""#
            case "\n": escaped += #"\n"#
            default: escaped.append(character)
            }
        }
        return "\(name)=\"\(escaped)\""
    }
    return "{\(pairs.joined(separator: ","))}"
}

extension [MetricLabels: Double] {
    fileprivate func sortedLines(_ line: (String, Double) -> String) -> String {
        map { (render($0.key), $0.value) }.sorted { $0.0 < $1.0 }.map(line).joined()
    }
}
