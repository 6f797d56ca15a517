import DomainKit
import JSON
import OrderApplication
import OrderDomain
import PersonalDataAPI

/// All that Order knows of a customer.
struct CustomerRecordBody: CustomerDataBody {
    let customer: EntityID
    let record: CustomerRecord

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("customerId", customer)
            json.field("orders", record.orders.map(OrderBody.init))
            json.field(
                "timelines", record.orders.map { Timeline(order: $0.id, entries: record.timelines[$0.id] ?? []) })
            json.field("texts", record.texts)
        }
    }

    private struct Timeline: JSONEncodable {
        let order: EntityID
        let entries: [TimelineEntry]

        func write(to json: inout JSONWriter) {
            json.object { json in
                json.field("orderId", order)
                json.field("items", entries.map(TimelineEntryBody.init))
            }
        }
    }
}
