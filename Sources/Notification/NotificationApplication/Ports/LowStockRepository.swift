import DomainKit

/// Products that ran low, and of which of them the shop's operator was told.
public protocol LowStockRepository: Sendable {
    /// Keeps that products ran low, each in place of what was kept of it from before. What is kept of a later time stays.
    func record(_ products: [LowProduct], in work: any UnitOfWork) async throws

    /// Those of which nobody was told since they ran low, locked until the unit of work ends.
    func untold(in work: any UnitOfWork) async throws -> [LowProduct]

    /// Keeps that a notification tells of these. They must be locked.
    func markTold(_ products: [LowProduct], by notification: EntityID, in work: any UnitOfWork) async throws
}
