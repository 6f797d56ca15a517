import NotificationDomain
import Postgres

/// How a template stands in the table `notification_templates`, and what it said in `notification_template_versions`.
enum TemplateRow {
    static let columns = "id, key, locale, channel, subject, text_body, html_body, version, created_at, updated_at"
    static let versionColumns = "version, channel, subject, text_body, html_body, valid_from"

    /// Reads a row of ``columns``.
    @Sendable static func template(_ row: borrowing PostgresRow) throws -> NotificationTemplate {
        let locale = try row.text(2)
        return NotificationTemplate(
            id: try row.id(0),
            content: TemplateContent(
                key: try known(TemplateKey(try row.text(1)), "key"),
                locale: locale.isEmpty ? nil : try known(LocaleTag(locale), "locale"),
                channel: try known(Channel(rawValue: try row.text(3)), "channel"), subject: try row.text(4),
                textBody: try row.text(5), htmlBody: try row.text(6)),
            version: try row.integer(7), createdAt: try row.timestamp(8), updatedAt: try row.timestamp(9))
    }

    /// Reads a row of ``versionColumns``.
    @Sendable static func version(_ row: borrowing PostgresRow) throws -> TemplateVersion {
        TemplateVersion(
            version: try row.integer(0), channel: try known(Channel(rawValue: try row.text(1)), "channel"),
            subject: try row.text(2), textBody: try row.text(3), htmlBody: try row.text(4),
            validFrom: try row.timestamp(5))
    }
}

/// A value that the database's constraints allow and this version does not know.
struct UnknownValue: Error, Sendable, CustomStringConvertible {
    let column: String

    var description: String { "the column \(column) holds a value that this version does not know" }
}

/// - Throws: ``UnknownValue`` where `value` is nil.
func known<Value>(_ value: Value?, _ column: String) throws(UnknownValue) -> Value {
    guard let value else { throw UnknownValue(column: column) }
    return value
}
