import DomainKit
import HTTPServer
import OrderApplication
import OrderDomain

extension HTTPRequest {
    /// The header `Idempotency-Key`; nil where there is none.
    /// - Throws: 400 where it is no key.
    func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        let given = headers.values("Idempotency-Key")
        guard let text = given.first else { return nil }
        guard given.count == 1, let key = IdempotencyKey(text) else {
            throw .invalidHeader(
                "Idempotency-Key", "must be given once, with 1 to 255 characters, all of them visible ASCII")
        }
        return key
    }

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
