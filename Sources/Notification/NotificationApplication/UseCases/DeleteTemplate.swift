import DomainKit
import NotificationDomain

/// Deletes a template. From then on the notifications that need it fail.
public struct DeleteTemplate: Sendable {
    private let templates: any TemplateRepository

    public init(_ templates: any TemplateRepository) { self.templates = templates }

    /// - Parameter allow: throws where the template, as it is, must not be deleted. Nobody else changes it meanwhile.
    /// - Returns: whether there was one.
    /// - Throws: ``VariantRefused`` where it is a default variant that others need.
    public func callAsFunction(
        _ id: EntityID, in work: any UnitOfWork, if allow: @Sendable (NotificationTemplate) throws -> Void = { _ in }
    ) async throws -> Bool {
        guard let present = try await templates.lock(id, in: work) else { return false }
        try allow(present)
        let key = present.content.key
        let others = try await templates.claim(key, in: work).filter { $0.id != id }
        guard present.content.locale != nil || others.isEmpty else { throw VariantRefused.neededByOthers(key) }
        return try await templates.remove(id, in: work)
    }
}
