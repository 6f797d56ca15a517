import DomainKit
import HTTPServer
import OrderDomain

extension HTTPRequest {
    /// - Throws: 403 where the caller may not place orders for that customer.
    func requirePlacing(for customer: EntityID) throws(Problem) {
        guard let own = try ownCustomerID(), own != customer else { return }
        throw .forbidden(
            "A customer orders for themselves alone.",
            errors: [Problem.Fault(.pointer("/customerId"), detail: "must be the subject of the token")])
    }

    /// The query parameter `status`; nil where there is none.
    /// - Throws: 400 where it is no status.
    func orderStatus() throws(Problem) -> OrderStatus? {
        try query.value("status", "must be Pending, Confirmed or Cancelled", read: OrderStatus.init(rawValue:))
    }

    /// Whether the query parameter `stalled` asks for stalled orders alone.
    /// - Throws: 400 where it is anything but `true`.
    func wantsStalledOrders() throws(Problem) -> Bool {
        try query.value("stalled", "must be true, or be left out", read: { $0 == "true" ? true : nil }) ?? false
    }
}
