import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps templates in the table `notification_templates`. Its triggers count and keep their versions.
public struct PostgresTemplateRepository: TemplateRepository {
    /// The advisory lock under which templates are changed: "tmpl" in ASCII.
    private static let lock = 0x746D_706C

    public init() {}

    public func templates(
        _ keys: Set<TemplateKey>, in work: any UnitOfWork
    ) async throws -> [TemplateKey: NotificationTemplate] {
        let found = try await work.sql.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = ANY($1::text[]) AND locale = ''",
            [.texts(keys.map(\.text))], as: TemplateRow.template)
        return Dictionary(found.map { ($0.content.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func claim(_ key: TemplateKey, in work: any UnitOfWork) async throws -> [NotificationTemplate] {
        try await claimAll(in: work)
        // A statement of its own: it sees what others committed while the lock was waited for.
        return try await work.sql.query(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE key = $1 ORDER BY locale",
            [.text(key.text)],
            as: TemplateRow.template)
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
        // Always first, so that two changes cannot wait for each other in a circle.
        try await claimAll(in: work)
        return try await work.sql.first(
            "SELECT \(TemplateRow.columns) FROM notification_templates WHERE id = $1 FOR UPDATE", [.id(id)],
            as: TemplateRow.template)
    }

    public func add(_ template: NotificationTemplate, in work: any UnitOfWork) async throws {
        try await write(
            template,
            """
            INSERT INTO notification_templates
                (id, key, locale, channel, subject, text_body, html_body, updated_at, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, [.timestamp(template.createdAt)], in: work)
    }

    public func save(_ template: NotificationTemplate, in work: any UnitOfWork) async throws {
        try await write(
            template,
            """
            UPDATE notification_templates
            SET key = $2, locale = $3, channel = $4, subject = $5, text_body = $6, html_body = $7, updated_at = $8
            WHERE id = $1
            """, [], in: work)
    }

    public func remove(_ id: EntityID, in work: any UnitOfWork) async throws -> Bool {
        try await work.sql.execute("DELETE FROM notification_templates WHERE id = $1", [.id(id)]) > 0
    }

    private func claimAll(in work: any UnitOfWork) async throws {
        try await work.sql.enqueue("SELECT pg_advisory_xact_lock($1::int, 0)", [.int(Self.lock)])
    }

    private func write(
        _ template: NotificationTemplate, _ sql: String, _ more: [PostgresValue], in work: any UnitOfWork
    ) async throws {
        let content = template.content
        let values: [PostgresValue] = [
            .id(template.id), .text(content.key.text), .text(content.locale?.text ?? ""),
            .text(content.channel.rawValue), .text(content.subject), .text(content.textBody), .text(content.htmlBody),
            .timestamp(template.updatedAt),
        ]
        do {
            try await work.sql.execute(sql, values + more)
        } catch let error as PostgresError where error.isUniqueViolation(of: "notification_templates_key_unique") {
            throw TemplateKeyTaken(content.variant)
        }
    }
}
