import DomainKit

/// Deletes a template. From then on the notifications that need it fail.
public struct DeleteTemplate: Sendable {
    private let templates: any TemplateRepository

    public init(_ templates: any TemplateRepository) { self.templates = templates }

    /// - Returns: whether there was one.
    public func callAsFunction(_ id: EntityID, in work: any UnitOfWork) async throws -> Bool {
        try await templates.remove(id, in: work)
    }
}
