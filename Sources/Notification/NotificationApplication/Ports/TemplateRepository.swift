import DomainKit
import NotificationDomain

/// Templates, where they are changed or used.
public protocol TemplateRepository: Sendable {
    /// The default variants of the given keys, as far as there are such.
    func templates(
        _ keys: Set<TemplateKey>, in work: any UnitOfWork
    ) async throws -> [TemplateKey: NotificationTemplate]

    /// All templates of the given keys, as ``TemplateCatalog/variants(of:)`` finds them.
    func variants(
        of keys: Set<TemplateKey>, in work: any UnitOfWork
    ) async throws -> [TemplateKey: [NotificationTemplate]]

    /// The template, locked until the unit of work ends; nil where there is none.
    func lock(_ id: EntityID, in work: any UnitOfWork) async throws -> NotificationTemplate?

    /// - Throws: ``TemplateKeyTaken`` where another template has the key.
    func add(_ template: NotificationTemplate, in work: any UnitOfWork) async throws

    /// Writes the template over the one with its id.
    /// - Throws: ``TemplateKeyTaken`` where another template has the key.
    func save(_ template: NotificationTemplate, in work: any UnitOfWork) async throws

    /// - Returns: whether there was one.
    func remove(_ id: EntityID, in work: any UnitOfWork) async throws -> Bool
}

/// Two templates cannot have the same key.
public struct TemplateKeyTaken: Error, Sendable, Equatable {
    public let key: TemplateKey

    public init(_ key: TemplateKey) { self.key = key }
}
