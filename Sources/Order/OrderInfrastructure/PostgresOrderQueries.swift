import DomainKit
import OrderApplication
import OrderDomain
import Postgres

/// Reads orders on connections of a pool.
public struct PostgresOrderQueries: OrderQueries {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func order(_ id: EntityID, of owner: EntityID?) async throws -> Order? {
        try await pool.withConnection { connection in
            let rows = try await connection.query(
                """
                SELECT \(OrderRow.columns) FROM orders WHERE id = $1 AND ($2::uuid IS NULL OR customer_id = $2)
                """, [.id(id), .id(owner)], as: OrderRow.init)
            return try await connection.orders(of: rows).first
        }
    }

    public func orders(
        matching filter: OrderFilter, limit: Int, olderThan last: EntityID?
    ) async throws -> [Order] {
        var parameters: [PostgresValue] = [.int(limit)]
        var conditions: [String] = []
        // Only the conditions that hold are written, so that each combination gets the plan that its index allows.
        func add(_ condition: String, _ value: PostgresValue) {
            parameters.append(value)
            conditions.append("\(condition) $\(parameters.count)")
        }
        if let customerID = filter.customerID { add("customer_id =", .id(customerID)) }
        if let owner = filter.owner { add("customer_id =", .id(owner)) }
        if let status = filter.status { add("status =", .text(status.rawValue)) }
        if let time = filter.pendingSince {
            conditions.append("status = 'Pending'")
            add("placed_at <=", .timestamp(time))
            add("id <", .id(.firstOrder(after: time)))
        }
        if let last { add("id <", .id(last)) }
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        let sql = "SELECT \(OrderRow.columns) FROM orders \(condition) ORDER BY id DESC LIMIT $1"
        return try await pool.withConnection { [parameters] connection in
            let rows = try await connection.query(sql, parameters, as: OrderRow.init)
            return try await connection.orders(of: rows)
        }
    }

    public func timeline(of id: EntityID, ownedBy owner: EntityID?) async throws -> [TimelineEntry] {
        try await pool.query(
            """
            SELECT step, at, detail FROM order_timeline
            WHERE order_id = $1
                AND ($2::uuid IS NULL OR EXISTS (SELECT FROM orders WHERE id = $1 AND customer_id = $2))
            ORDER BY entry
            """, [.id(id), .id(owner)]
        ) { row in
            guard let step = TimelineEntry.Step(rawValue: try row.text(0)) else { throw UnreadableRow(column: "step") }
            return TimelineEntry(step, at: try row.timestamp(1), detail: try row.optionalText(2))
        }
    }
}
