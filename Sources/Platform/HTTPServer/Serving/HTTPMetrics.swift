import Locking
import Observability

/// What a server tells of its requests, by OpenTelemetry's names.
///
/// The labels of a route and status are put together once; after that a request costs a look into a table by numbers.
final class HTTPMetrics: Sendable {
    private struct Key: Hashable {
        /// The number of the route, nil where none was found.
        let route: Int?
        let method: HTTPMethod?
        let status: Int
    }

    private struct Series {
        let duration: Histogram.Series
        let requestSize: Histogram.Series
        let responseSize: Histogram.Series
    }

    private let durations: Histogram
    private let requestSizes: Histogram
    private let responseSizes: Histogram
    private let known = Mutex<[Key: Series]>([:])

    /// - Parameter active: how many requests have begun and not been completed; nil once the server is gone.
    init(_ registry: MetricsRegistry, active: @escaping @Sendable () -> Int?) {
        durations = registry.histogram(
            "http_server_request_duration_seconds", help: "Time from the headers of a request to its answer.")
        requestSizes = registry.histogram(
            "http_server_request_body_size_bytes", help: "Size of the bodies of requests.", buckets: Histogram.bytes)
        responseSizes = registry.histogram(
            "http_server_response_body_size_bytes", help: "Size of the bodies of answers.", buckets: Histogram.bytes)
        registry.read(.gauge, "http_server_active_requests", help: "Requests that wait for their answer.") {
            active().map { [([:], Double($0))] }
        }
    }

    func record(
        _ method: HTTPMethod?, _ route: Router.Route?, status: Int, duration: Duration, received: Int, sent: Int
    ) {
        let series = series(Key(route: route?.number, method: method, status: status), route?.template)
        series.duration.observe(duration)
        series.requestSize.observe(Double(received))
        series.responseSize.observe(Double(sent))
    }

    private func series(_ key: Key, _ template: String?) -> Series {
        known.withLock { known in
            if let series = known[key] { return series }
            let labels = [
                "http_request_method": key.method?.rawValue ?? "_OTHER", "http_route": template ?? "",
                "http_response_status_code": String(key.status),
            ]
            let series = Series(
                duration: durations.series(labels), requestSize: requestSizes.series(labels),
                responseSize: responseSizes.series(labels))
            known[key] = series
            return series
        }
    }
}
