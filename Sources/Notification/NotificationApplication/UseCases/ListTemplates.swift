import NotificationDomain

/// The templates, by key and language.
public struct ListTemplates: Sendable {
    private let catalog: any TemplateCatalog

    public init(_ catalog: any TemplateCatalog) { self.catalog = catalog }

    /// At most `limit` templates after `variant`.
    public func callAsFunction(after variant: TemplateVariant?, limit: Int) async throws -> [NotificationTemplate] {
        try await catalog.templates(after: variant, limit: limit)
    }
}
