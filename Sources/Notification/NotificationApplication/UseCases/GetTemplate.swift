import DomainKit
import NotificationDomain

/// One template; nil where there is none.
public struct GetTemplate: Sendable {
    private let catalog: any TemplateCatalog

    public init(_ catalog: any TemplateCatalog) { self.catalog = catalog }

    public func callAsFunction(_ id: EntityID) async throws -> NotificationTemplate? {
        try await catalog.template(id)
    }
}
