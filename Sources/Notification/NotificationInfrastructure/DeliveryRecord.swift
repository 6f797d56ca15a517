import DomainKit
import NotificationApplication
import NotificationDomain
import Postgres

/// The statement that records what became of any number of deliveries.
enum DeliveryRecord {
    /// Returns the notifications that it recorded: those that are there, under a lease that is still the same.
    static func query(_ finished: FinishedDeliveries, at time: Timestamp) -> PostgresQuery<EntityID> {
        PostgresQuery(sql, values(finished, at: time)) { try $0.id(0) }
    }

    /// Deliveries come first: whoever changes a notification otherwise takes its delivery before, too.
    private static let sql = """
        WITH result AS (
            SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                 $9::text[], $10::text[], $11::int[], $12::bigint[], $13::text[], $14::timestamptz[],
                                 $15::int[])
                AS result (id, status, reason, channel, recipient, subject, body, html_body, locale, template_version,
                           pause, outcome, at, duration)
        ), sent AS (
            DELETE FROM deliveries AS d USING result AS r
            WHERE d.notification_id = r.id AND ($1::uuid IS NULL OR d.lease = $1) AND r.status = 'Sent'
            RETURNING d.notification_id, d.round
        ), unsent AS (
            UPDATE deliveries AS d
            SET lease = NULL, due_at = now() + r.pause * interval '1 millisecond',
                tries = d.tries + (r.outcome IS NOT NULL)::int
            FROM result AS r
            WHERE d.notification_id = r.id AND ($1::uuid IS NULL OR d.lease = $1) AND r.status <> 'Sent'
            RETURNING d.notification_id, d.round
        ), recorded AS (
            UPDATE notifications AS n
            SET status = r.status, reason = r.reason, channel = r.channel, recipient = r.recipient,
                subject = coalesce(r.subject, n.subject), body = coalesce(r.body, n.body),
                html_body = coalesce(r.html_body, n.html_body), locale = coalesce(r.locale, n.locale),
                template_version = coalesce(r.template_version, n.template_version),
                attempts = n.attempts + (r.outcome IS NOT NULL)::int,
                sent_at = CASE r.status WHEN 'Sent' THEN $16 ELSE n.sent_at END
            FROM result AS r, (SELECT * FROM sent UNION ALL SELECT * FROM unsent) AS d
            WHERE d.notification_id = r.id AND n.id = r.id
            RETURNING n.id, n.attempts, d.round, r.at, r.duration, r.channel, r.outcome, r.reason
        ), attempt AS (
            INSERT INTO notification_attempts (notification_id, number, round, at, duration_ms, channel, outcome, detail)
            SELECT id, attempts, round, at, duration, channel, outcome, reason FROM recorded WHERE outcome IS NOT NULL
        )
        SELECT id FROM recorded
        """

    private static func values(_ finished: FinishedDeliveries, at time: Timestamp) -> [PostgresValue] {
        let results = finished.results
        return [
            .id(finished.lease), .ids(results.map(\.id)), .texts(results.map(\.status.rawValue)),
            .texts(results.map(\.reason)), .texts(results.map(\.channel.rawValue)),
            .texts(results.map(\.recipient.description)), .texts(results.map(\.composed?.message.subject)),
            .texts(results.map(\.composed?.message.text)), .texts(results.map(\.composed?.message.html)),
            .texts(results.map(\.composed?.locale.text)), .ints(results.map(\.composed?.templateVersion)),
            .ints(results.map { $0.pause.map(milliseconds) }), .texts(results.map(\.attempt?.rawValue)),
            .timestamps(results.map(\.handedOver?.at)),
            .ints(results.map { $0.handedOver.map { milliseconds($0.duration) } }), .timestamp(time),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        min(Int64(duration / .milliseconds(1)), Int64(Int32.max))
    }
}
