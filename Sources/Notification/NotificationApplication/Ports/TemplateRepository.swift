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

    /// All variants of a key, and until the unit of work ends nobody else adds, changes or removes any template: what is
    /// decided from the answer stays true.
    func claim(_ key: TemplateKey, in work: any UnitOfWork) async throws -> [NotificationTemplate]

    /// The template, locked until the unit of work ends; nil where there is none.
    func lock(_ id: EntityID, in work: any UnitOfWork) async throws -> NotificationTemplate?

    /// - Throws: ``TemplateKeyTaken`` where another template is that variant.
    func add(_ template: NotificationTemplate, in work: any UnitOfWork) async throws

    /// Writes the template over the one with its id, whose version rises by one.
    /// - Throws: ``TemplateKeyTaken`` where another template is that variant.
    func save(_ template: NotificationTemplate, in work: any UnitOfWork) async throws

    /// - Returns: whether there was one.
    func remove(_ id: EntityID, in work: any UnitOfWork) async throws -> Bool
}

/// Two templates cannot have the same key and language.
public struct TemplateKeyTaken: Error, Sendable, Equatable {
    public let variant: TemplateVariant

    public init(_ variant: TemplateVariant) { self.variant = variant }
}

/// A template would not go with the other variants of its key.
public enum VariantRefused: Error, Sendable, Equatable {
    /// A variant for a language needs a default one beside it, for all other languages.
    case withoutDefault(TemplateKey)
    /// The default variant cannot go while there are others.
    case neededByOthers(TemplateKey)
    /// The default variant says by which channel all variants of its key are delivered.
    case otherChannel(TemplateKey, Channel)
}
