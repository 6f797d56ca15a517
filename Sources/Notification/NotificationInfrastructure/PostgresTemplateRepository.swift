import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps templates in the table `notification_templates`.
public struct PostgresTemplateRepository: TemplateRepository {
    public init() {}

    public func templates(
        _ keys: Set<TemplateKey>, in work: any UnitOfWork
    ) async throws -> [TemplateKey: NotificationTemplate] {
        let found = try await work.sql.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = ANY($1::text[])",
            [.texts(keys.map(\.text))], as: TemplateRow.template)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.content.key, $0) })
    }

    public func variants(
        of keys: Set<TemplateKey>, in work: any UnitOfWork
    ) async throws -> [TemplateKey: [NotificationTemplate]] {
        let found = try await work.sql.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = ANY($1::text[])",
            [.texts(keys.map(\.text))], as: TemplateRow.template)
        return Dictionary(grouping: found, by: \.content.key)
    }

    public func lock(_ id: EntityID, in work: any UnitOfWork) async throws -> NotificationTemplate? {
        try await work.sql.first(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE id = $1 FOR UPDATE", [.id(id)],
            as: TemplateRow.template)
    }

    public func add(_ template: NotificationTemplate, in work: any UnitOfWork) async throws {
        try await write(
            template,
            """
            INSERT INTO notification_templates (id, key, channel, subject, text_body, html_body, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, [.timestamp(template.createdAt), .timestamp(template.updatedAt)], in: work)
    }

    public func save(_ template: NotificationTemplate, in work: any UnitOfWork) async throws {
        try await write(
            template,
            """
            UPDATE notification_templates
            SET key = $2, channel = $3, subject = $4, text_body = $5, html_body = $6, updated_at = $7
            WHERE id = $1
            """, [.timestamp(template.updatedAt)], in: work)
    }

    public func remove(_ id: EntityID, in work: any UnitOfWork) async throws -> Bool {
        try await work.sql.execute("DELETE FROM notification_templates WHERE id = $1", [.id(id)]) > 0
    }

    private func write(
        _ template: NotificationTemplate, _ sql: String, _ times: [PostgresValue], in work: any UnitOfWork
    ) async throws {
        let content = template.content
        let values: [PostgresValue] = [
            .id(template.id), .text(content.key.text), .text(content.channel.rawValue), .text(content.subject),
            .text(content.textBody), .text(content.htmlBody),
        ]
        do {
            try await work.sql.execute(sql, values + times)
        } catch let error as PostgresError where error.isUniqueViolation(of: "notification_templates_key_unique") {
            throw TemplateKeyTaken(content.key)
        }
    }
}
