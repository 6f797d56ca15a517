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
        get("/health/live", .getLiveness) { _ in .json(200, HealthReport(obstacles: [])) }
        get("/health/ready", .getReadiness) { _ in
            let report = HealthReport(obstacles: readiness.obstacles)
            return .json(report.isHealthy ? 200 : 503, report)
        }
        get("/health/startup", .getStartup) { _ in
            let obstacles = readiness.hasStarted ? [] : [(part: "process", reason: "is starting")]
            let report = HealthReport(obstacles: obstacles)
            return .json(report.isHealthy ? 200 : 503, report)
        }
        get("/metrics", .getMetrics) { _ in
            .text(200, metrics.exposition(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}

/// What operational routes are for.
extension Operation {
    private static func operational(_ id: String, _ summary: String, answers: [Answer]) -> Operation {
        Operation(id, summary, tag: "Operations", access: .operational, answers: answers)
    }

    private static let isWell = Answer.json(200, HealthReport.schema, "It is so.")
    private static let isNotWell = Answer.json(503, HealthReport.schema, "It is not so, for the reasons given.")

    fileprivate static let getLiveness = operational(
        "getLiveness", "Tells whether the process answers at all", answers: [isWell])
    fileprivate static let getReadiness = operational(
        "getReadiness", "Tells whether all parts can do their work", answers: [isWell, isNotWell])
    fileprivate static let getStartup = operational(
        "getStartup", "Tells whether the process has started", answers: [isWell, isNotWell])
    fileprivate static let getMetrics = operational(
        "getMetrics", "Shows the metrics, as Prometheus reads them",
        answers: [.text("text/plain", "The metrics.", example: "process_open_fds 42\n")])
}

/// The body of a health answer: `{"status": "ok"}`, or `{"status": "unavailable", "reasons": {…}}`.
private struct HealthReport: JSONEncodable {
    let obstacles: [(part: String, reason: String)]

    static let schema = JSONSchema.object(
        "Health", .required("status", .oneOf(["ok", "unavailable"])),
        .optional("reasons", JSONSchema(.map(of: .string(example: "is away"))), "What is wrong, by part."))

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
