import DomainKit
import JSON
import OrderDomain

/// What happened to an order, oldest first.
struct TimelineBody: JSONEncodable {
    let entries: [TimelineEntry]

    func write(to json: inout JSONWriter) {
        json.object { $0.field("items", entries.map(TimelineEntryBody.init)) }
    }
}

/// Something that happened to an order.
struct TimelineEntryBody: JSONEncodable {
    let entry: TimelineEntry

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("step", entry.step.rawValue)
            json.field("at", entry.at)
            json.field("detail", orNull: entry.detail)
        }
    }
}
