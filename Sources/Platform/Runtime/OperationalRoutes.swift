import HTTPServer
import JSON
import Observability

extension Router {
    /// Adds what operators and orchestrators ask of every process:
    ///
    /// * `/health/live`: 200 as long as the process answers at all. It asks nobody, so that a database that is away does
    ///   not get healthy processes killed.
    /// * `/health/ready`: 200 when all parts can do their work, else 503 naming those that cannot.
    /// * `/health/startup`: 200 once the process has started, else 503.
    /// * `/metrics`: the process's metrics as Prometheus reads them.
    public mutating func addOperationalRoutes(
        _ readiness: Readiness, metrics: MetricsRegistry = .shared
    ) {
        get("/health/live") { _ in .json(200, HealthReport(obstacles: [])) }
        get("/health/ready") { _ in
            let report = HealthReport(obstacles: readiness.obstacles)
            return .json(report.isHealthy ? 200 : 503, report)
        }
        get("/health/startup") { _ in
            let obstacles = readiness.hasStarted ? [] : [(part: "process", reason: "is starting")]
            let report = HealthReport(obstacles: obstacles)
            return .json(report.isHealthy ? 200 : 503, report)
        }
        get("/metrics") { _ in
            .text(200, metrics.exposition(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}

/// The body of a health answer: `{"status": "ok"}`, or `{"status": "unavailable", "reasons": {…}}`.
private struct HealthReport: JSONEncodable {
    let obstacles: [(part: String, reason: String)]

    var isHealthy: Bool { obstacles.isEmpty }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("status", isHealthy ? "ok" : "unavailable")
            guard !isHealthy else { return }
            json.field("reasons") { json in
                json.object { json in
                    for obstacle in obstacles { json.field(obstacle.part, obstacle.reason) }
                }
            }
        }
    }
}
