import DomainKit
import NotificationDomain

/// Templates, where they are only read.
public protocol TemplateCatalog: Sendable {
    func template(_ id: EntityID) async throws -> NotificationTemplate?
    /// At most `limit` templates with keys after `key`, by ascending key.
    func templates(after key: TemplateKey?, limit: Int) async throws -> [NotificationTemplate]

    /// All templates of the given keys, those of one key in any order; a key that has none is left out. One statement.
    func variants(of keys: Set<TemplateKey>) async throws -> [TemplateKey: [NotificationTemplate]]
}
