import DomainKit
import HTTPServer
import JSON

/// `/api/scheduled-work`: what is to be told at a later time, and what became of it.
public struct ScheduledWorkRoutes: Sendable {
    private let log: any ScheduledWorkLog

    /// - Parameter log: where the schedule is read.
    public init(_ log: any ScheduledWorkLog) { self.log = log }

    /// Adds the route to `router`.
    public func add(to router: inout Router) { router.get("/api/scheduled-work", .listScheduledWork, handler: getPage) }

    @Sendable private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let states = ScheduledWorkState.allCases.map(\.rawValue).joined(separator: ", ")
        let state = try request.query.value(
            "state", "must be one of \(states)", read: ScheduledWorkState.init(rawValue:))
        let kind = try request.query.value("kind", "must be the name of a kind") { name in
            (1...64).contains(name.unicodeScalars.count) && !name.utf8.contains(0) ? name : nil
        }
        let page = try request.page()
        let entries = try await log.entries(
            kind: kind, state: state, before: try page.position { EntityID($0) }, limit: page.limit + 1)
        return .page(Page(entries.map(ScheduledWorkBody.init), for: page, position: \.position), of: request)
    }
}

/// Scheduled work in a list; what has not come to be is null.
struct ScheduledWorkBody: JSONEncodable {
    private let entry: ScheduledWorkEntry

    init(_ entry: ScheduledWorkEntry) { self.entry = entry }

    /// Where a page ends that ends with this.
    var position: String { entry.id.description }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("id", entry.id)
            json.field("kind", entry.kind)
            json.field("about", orNull: entry.about)
            json.field("state", entry.state.rawValue)
            json.field("dueAt", entry.dueAt)
            json.field("nextTryAt", orNull: entry.nextTryAt)
            json.field("failures", entry.failures)
            json.field("lastError", orNull: entry.lastError)
            json.field("doneAt", orNull: entry.doneAt)
            json.field("outcome", orNull: entry.outcome)
        }
    }

    /// What the answer is.
    static let schema = JSONSchema.object(
        "ScheduledWork", .required("id", .uuid), .required("kind", .string(example: "order-follow-up")),
        .required("about", JSONSchema.uuid.orNull, "What it is about, such as an order; null where that is nothing."),
        .required("state", .oneOf(ScheduledWorkState.self)), .required("dueAt", .timestamp),
        .required("nextTryAt", JSONSchema.timestamp.orNull, "Null once it is done or called off."),
        .required("failures", .integer(0...Int.max, example: 0), "How often it was tried in vain."),
        .required("lastError", JSONSchema.string(example: "PostgreSQL: server 22003").orNull),
        .required("doneAt", JSONSchema.timestamp.orNull, "When it was done or called off."),
        .required("outcome", JSONSchema.string(example: "announced").orNull, "What came of it."))
}
