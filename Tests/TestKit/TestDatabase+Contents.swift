import Postgres

extension TestDatabase {
    /// The tables of which a row holds `text` in whatever column, as text or as bytes.
    public func tables(holding text: String) async throws -> [String] {
        let tables = try await pool.query(
            """
            SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
            """
        ) { try $0.text(0) }
        var found: [String] = []
        for table in tables {
            let holds = try await pool.first(
                """
                SELECT EXISTS (
                    SELECT FROM "\(table)" AS held
                    WHERE position($1 IN held::text) > 0
                       OR position(encode(convert_to($1, 'UTF8'), 'hex') IN held::text) > 0)
                """, [.text(text)]
            ) { try $0.bool(0) }
            if holds == true { found.append(table) }
        }
        return found
    }
}
