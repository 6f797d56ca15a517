import Testing

@testable import Postgres

@Suite struct QuerySummaryTests {
    @Test(arguments: [
        ("SELECT 1", "SELECT"), ("COMMIT", "COMMIT"), ("VACUUM", "VACUUM"),
        ("SELECT id, status FROM orders WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", "SELECT orders"),
        ("DELETE FROM outbox WHERE seq = ANY($1)", "DELETE outbox"),
        ("UPDATE stocks SET on_hand = on_hand - 1 FROM unnest($1::uuid[]) AS demand", "UPDATE stocks"),
        (
            """
            WITH added AS (
                INSERT INTO orders (id) SELECT id FROM unnest($1::uuid[]) AS placed (id)
            )
            INSERT INTO order_timeline (order_id) SELECT id FROM added
            """, "INSERT orders SELECT INSERT order_timeline SELECT added"
        ),
        ("SELECT a FROM b JOIN c ON b.id = c.id", "SELECT b c"),
        ("SELECT count(*) FROM (SELECT 1 FROM d) AS e", "SELECT SELECT d"),
    ])
    func aStatementIsNamedByWhatItDoesToWhat(sql: String, summary: String) {
        #expect(querySummary(sql) == summary)
    }
}
