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

    public func templates(after variant: TemplateVariant?, limit: Int) async throws -> [NotificationTemplate] {
        try await pool.query(
            """
            SELECT \(TemplateRow.columns) FROM notification_templates
            WHERE (key, locale) > ($1, $2)
            ORDER BY key, locale
            LIMIT $3
            """,
            // No key is empty: all come after that.
            [.text(variant?.key.text ?? ""), .text(variant?.locale?.text ?? ""), .int(limit)],
            as: TemplateRow.template)
    }

    public func variants(of keys: Set<TemplateKey>) async throws -> [TemplateKey: [NotificationTemplate]] {
        let found = try await pool.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = ANY($1::text[])",
            [.texts(keys.map(\.text))], as: TemplateRow.template)
        return Dictionary(grouping: found, by: \.content.key)
    }

    public func versions(of id: EntityID, before version: Int?, limit: Int) async throws -> [TemplateVersion] {
        try await pool.query(
            """
            SELECT \(TemplateRow.versionColumns) FROM notification_template_versions
            WHERE template_id = $1 AND version < $2
            ORDER BY version DESC
            LIMIT $3
            """, [.id(id), .int(version ?? Int(Int32.max)), .int(limit)], as: TemplateRow.version)
    }

    public func version(_ version: Int, of id: EntityID) async throws -> TemplateVersion? {
        try await pool.first(
            """
            SELECT \(TemplateRow.versionColumns) FROM notification_template_versions
            WHERE template_id = $1 AND version = $2
            """, [.id(id), .int(version)], as: TemplateRow.version)
    }
}
