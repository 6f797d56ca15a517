import NotificationDomain
import Postgres

/// How a template stands in the table `notification_templates`.
enum TemplateRow {
    static let columns = "id, key, channel, subject, text_body, html_body, created_at, updated_at"

    /// Reads a row of ``columns``.
    @Sendable static func template(_ row: borrowing PostgresRow) throws -> NotificationTemplate {
        NotificationTemplate(
            id: try row.id(0),
            content: TemplateContent(
                key: try known(TemplateKey(try row.text(1)), "key"),
                channel: try known(Channel(rawValue: try row.text(2)), "channel"), subject: try row.text(3),
                textBody: try row.text(4), htmlBody: try row.text(5)),
            version: 1, createdAt: try row.timestamp(6), updatedAt: try row.timestamp(7))
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
