import DomainKit

/// Tells a customer all that Order knows of them (GDPR article 15).
public struct ExportCustomer: Sendable {
    private let customers: any CustomerData

    public init(_ customers: any CustomerData) { self.customers = customers }

    public func callAsFunction(_ id: EntityID) async throws -> CustomerRecord { try await customers.record(of: id) }
}
