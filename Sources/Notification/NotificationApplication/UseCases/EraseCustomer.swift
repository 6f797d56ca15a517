import DomainKit
import OrderContracts

/// Forgets customers as persons (GDPR article 17).
public struct EraseCustomer: Sendable {
    private let customers: any CustomerData

    public init(_ customers: any CustomerData) { self.customers = customers }

    /// Does what Order tells.
    public func callAsFunction(_ events: [Received<CustomerErased>], in work: any UnitOfWork) async throws {
        let orders = Dictionary(grouping: events.map(\.event), by: \.customerID)
        // In one order everywhere, so that two do not wait for each other's rows.
        for (customer, events) in orders.sorted(by: { $0.key < $1.key }) {
            try await customers.erase(customer, orders: Set(events.flatMap(\.orderIDs)), in: work)
        }
    }

    /// Does what somebody asks of Notification alone.
    public func callAsFunction(_ id: EntityID, in work: any UnitOfWork) async throws {
        try await customers.erase(id, orders: [], in: work)
    }
}
