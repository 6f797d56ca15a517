import DomainKit
import JSON

@testable import Messaging

/// An event of the workload: all look alike, and differ in who listens.
protocol WorkloadEvent: IntegrationEvent {
    init(aggregateID: EntityID, failures: Int, source: Int)
    /// How often the consumer ``Workload/touchy`` fails at it.
    var failures: Int { get }
    /// The number of the message that led to it, or 0.
    var source: Int { get }
}

extension WorkloadEvent {
    static var type: String { "\(Self.self)" }
    static var routingKey: String { "simulated.\(type.lowercased())" }
    static var aggregateType: String { "simulated" }

    init?(json: JSONReader) {
        guard let id = json["id"].required(EntityID.self), let failures = json["failures"].required(Int.self),
            let source = json["source"].required(Int.self)
        else { return nil }
        self.init(aggregateID: id, failures: failures, source: source)
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("id", aggregateID)
            json.field("failures", failures)
            json.field("source", source)
        }
    }
}

/// What it all begins with: two consumers listen.
struct Placed: WorkloadEvent {
    let aggregateID: EntityID
    let failures: Int
    let source: Int
}

/// Said by the same aggregates, on another route.
struct Moved: WorkloadEvent {
    let aggregateID: EntityID
    let failures: Int
    let source: Int
}

/// What a consumer publishes when it has handled ``Placed``.
struct Taken: WorkloadEvent {
    let aggregateID: EntityID
    let failures: Int
    let source: Int
}

/// What a consumer publishes when it has given up on ``Placed``. Nobody need listen.
struct Refused: WorkloadEvent {
    static var mustBeRouted: Bool { false }
    let aggregateID: EntityID
    let failures: Int
    let source: Int
}
