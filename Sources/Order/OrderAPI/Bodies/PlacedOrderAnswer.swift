import DomainKit
import JSON
import OrderDomain

extension Answer {
    /// What a client is told whose order was placed: 201 with what is known of it now.
    static func placed(_ order: Order) -> Answer {
        Answer(status: 201, location: "/api/orders/\(order.id)", body: PlacedOrderBody(order: order).jsonBytes)
    }
}

struct PlacedOrderBody: JSONEncodable {
    let order: Order

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("orderId", order.id)
            json.field("status", order.status.rawValue)
            json.field("totalAmount", order.total)
            json.field("orderDate", order.placedAt)
        }
    }
}
