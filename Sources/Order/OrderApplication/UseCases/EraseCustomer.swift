import DomainKit
import OrderContracts

/// Forgets a customer as a person (GDPR article 17), here and in every domain that was told of their orders.
public struct EraseCustomer: Sendable {
    /// How many orders one event names at most, so that no message grows with a customer's loyalty.
    static let ordersPerEvent = 500

    private let customers: any CustomerData

    public init(_ customers: any CustomerData) { self.customers = customers }

    /// Asking again tells the others again.
    public func callAsFunction(_ id: EntityID, cause: Cause, in work: any UnitOfWork) async throws {
        var rest = try await customers.erase(id, in: work)[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.ordersPerEvent))
            try await work.publish(CustomerErased(customerID: id, orderIDs: some), cause: cause)
            rest = rest.dropFirst(some.count)
        }
    }
}
