import DomainKit
import NotificationApplication
import NotificationDomain
import Postgres

/// Reads templates, each time from the database.
public struct PostgresTemplateCatalog: TemplateCatalog {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func template(_ id: EntityID) async throws -> NotificationTemplate? {
        try await pool.first(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE id = $1", [.id(id)],
            as: TemplateRow.template)
    }

    public func templates(after key: TemplateKey?, limit: Int) async throws -> [NotificationTemplate] {
        try await pool.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key > $1 ORDER BY key LIMIT $2",
            // No key is empty: all come after that.
            [.text(key?.text ?? ""), .int(limit)], as: TemplateRow.template)
    }

    public func variants(of keys: Set<TemplateKey>) async throws -> [TemplateKey: [NotificationTemplate]] {
        let found = try await pool.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = ANY($1::text[])",
            [.texts(keys.map(\.text))], as: TemplateRow.template)
        return Dictionary(grouping: found, by: \.content.key)
    }
}
