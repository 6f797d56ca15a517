import DomainKit
import NotificationDomain

/// Templates, where they are only read.
public protocol TemplateCatalog: Sendable {
    func template(_ id: EntityID) async throws -> NotificationTemplate?

    /// At most `limit` templates after `variant`, by ascending key, the default variant of each before the others by
    /// their languages.
    func templates(after variant: TemplateVariant?, limit: Int) async throws -> [NotificationTemplate]

    /// All templates of the given keys, those of one key in any order; a key that has none is left out. One statement.
    func variants(of keys: Set<TemplateKey>) async throws -> [TemplateKey: [NotificationTemplate]]

    /// At most `limit` versions of a template before version `version`, newest first; empty where there is no template.
    func versions(of id: EntityID, before version: Int?, limit: Int) async throws -> [TemplateVersion]

    /// What a template said in one version; nil where there is no such.
    func version(_ version: Int, of id: EntityID) async throws -> TemplateVersion?
}
