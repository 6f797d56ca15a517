import NotificationDomain

/// The templates, by key.
public struct ListTemplates: Sendable {
    private let catalog: any TemplateCatalog

    public init(_ catalog: any TemplateCatalog) { self.catalog = catalog }

    /// At most `limit` templates with keys after `key`.
    public func callAsFunction(after key: TemplateKey?, limit: Int) async throws -> [NotificationTemplate] {
        try await catalog.templates(after: key, limit: limit)
    }
}
