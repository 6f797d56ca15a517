import DomainKit
import NotificationDomain

/// Templates, where they are only read.
public protocol TemplateCatalog: Sendable {
    func template(_ id: EntityID) async throws -> NotificationTemplate?
    /// At most `limit` templates with keys after `key`, by ascending key.
    func templates(after key: TemplateKey?, limit: Int) async throws -> [NotificationTemplate]
}
