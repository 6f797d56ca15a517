import DomainKit
import Postgres
import TestKit
import Testing

@Suite struct PostgresConnectionTests {
    @Test func everyTypeComesBackAsItWasSent() async throws {
        try await TestDatabase.with { database in
            let id = EntityID.v7()
            let time = Timestamp(microseconds: 1_795_254_626_123_456)
            let row = try await database.pool.first(
                """
                SELECT $1::uuid AS id, $2::text AS text, $3::bigint AS int, $4::boolean AS bool,
                    $5::timestamptz AS time, $6::bytea AS bytes, NULL AS nothing
                """,
                [
                    .id(id), "naïve 'quoted' \\ \"text\"", .int(Int64.min), true, .timestamp(time),
                    .bytes([0, 255, 92, 39]),
                ]
            ) { row in
                try (
                    row.id("id"), row.text("text"), row.int(2), row.bool(3), row.timestamp("time"), row.bytes(5),
                    row.optionalText("nothing")
                )
            }
            let (readID, text, int, bool, readTime, bytes, nothing) = try #require(row)
            #expect(readID == id)
            #expect(text == "naïve 'quoted' \\ \"text\"")
            #expect(int == .min)
            #expect(bool)
            #expect(readTime == time)
            #expect(bytes == [0, 255, 92, 39])
            #expect(nothing == nil)
        }
    }
}
