import CLibpq
import DomainKit

/// One row of a result, lent to the closure that decodes it. It cannot leave that closure.
///
/// Every accessor throws ``PostgresError`` `decoding`, naming column and expected type, when the column is missing,
/// NULL, or not of that type. The `optional…` variants return `nil` for NULL.
public struct PostgresRow: ~Copyable {
    /// Valid while the result that lends this row is alive, which outlives the closure.
    private let result: OpaquePointer
    private let row: Int32

    init(of result: OpaquePointer, at row: Int32) {
        self.result = result
        self.row = row
    }

    /// The number of columns.
    public var columnCount: Int { Int(PQnfields(result)) }

    /// Whether the column is NULL.
    public func isNull(_ column: PostgresColumn) throws(PostgresError) -> Bool {
        PQgetisnull(result, row, try position(of: column)) != 0
    }

    /// A `uuid`.
    public func id(_ column: PostgresColumn) throws(PostgresError) -> EntityID {
        try required(column, "uuid") { TextFormat.id($0) }
    }

    /// A `uuid` or NULL.
    public func optionalID(_ column: PostgresColumn) throws(PostgresError) -> EntityID? {
        try optional(column, "uuid") { TextFormat.id($0) }
    }

    /// The text form of any type.
    public func text(_ column: PostgresColumn) throws(PostgresError) -> String {
        try required(column, "text") { String(decoding: $0, as: UTF8.self) }
    }

    /// The text form of any type, or NULL.
    public func optionalText(_ column: PostgresColumn) throws(PostgresError) -> String? {
        try optional(column, "text") { String(decoding: $0, as: UTF8.self) }
    }

    /// The text form of any type as UTF-8, without making a `String`: for JSON that is sent on as it is.
    public func utf8(_ column: PostgresColumn) throws(PostgresError) -> [UInt8] {
        try required(column, "text") { [UInt8]($0) }
    }

    /// Any integer type.
    public func int(_ column: PostgresColumn) throws(PostgresError) -> Int64 {
        try required(column, "bigint") { TextFormat.integer($0) }
    }

    /// Any integer type, or NULL.
    public func optionalInt(_ column: PostgresColumn) throws(PostgresError) -> Int64? {
        try optional(column, "bigint") { TextFormat.integer($0) }
    }

    /// Any integer type, as `Int`.
    public func integer(_ column: PostgresColumn) throws(PostgresError) -> Int {
        Int(try int(column))
    }

    /// Any integer type, as `Int`, or NULL.
    public func optionalInteger(_ column: PostgresColumn) throws(PostgresError) -> Int? {
        try optionalInt(column).map { Int($0) }
    }

    /// A `boolean`.
    public func bool(_ column: PostgresColumn) throws(PostgresError) -> Bool {
        try required(column, "boolean") { TextFormat.bool($0) }
    }

    /// A `boolean` or NULL.
    public func optionalBool(_ column: PostgresColumn) throws(PostgresError) -> Bool? {
        try optional(column, "boolean") { TextFormat.bool($0) }
    }

    /// A `timestamptz`.
    public func timestamp(_ column: PostgresColumn) throws(PostgresError) -> Timestamp {
        try required(column, "timestamptz") { TextFormat.timestamp($0) }
    }

    /// A `timestamptz` or NULL.
    public func optionalTimestamp(_ column: PostgresColumn) throws(PostgresError) -> Timestamp? {
        try optional(column, "timestamptz") { TextFormat.timestamp($0) }
    }

    /// A `bytea`.
    public func bytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8] {
        try required(column, "bytea") { TextFormat.bytes($0) }
    }

    /// A `bytea` or NULL.
    public func optionalBytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8]? {
        try optional(column, "bytea") { TextFormat.bytes($0) }
    }

    private func required<Value>(
        _ column: PostgresColumn, _ type: StaticString, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value {
        guard let value = try optional(column, type, parse) else {
            throw PostgresError(.decoding, "column \(column): expected \(type), found NULL")
        }
        return value
    }

    private func optional<Value>(
        _ column: PostgresColumn, _ type: StaticString, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
    ) throws(PostgresError) -> Value? {
        let position = try position(of: column)
        guard PQgetisnull(result, row, position) == 0, let start = PQgetvalue(result, row, position) else { return nil }
        let count = Int(PQgetlength(result, row, position))
        // The text is parsed where libpq keeps it; `UInt8` and `CChar` share their layout.
        let value = start.withMemoryRebound(to: UInt8.self, capacity: count) {
            parse(UnsafeBufferPointer(start: $0, count: count))
        }
        guard let value else {
            let found = PQftype(result, position)
            throw PostgresError(.decoding, "column \(column): expected \(type), found another type (OID \(found))")
        }
        return value
    }

    private func position(of column: PostgresColumn) throws(PostgresError) -> Int32 {
        let count = PQnfields(result)
        switch column {
        case .index(let index):
            if index >= 0, index < Int(count) { return Int32(index) }
        case .name(let name):
            for candidate in 0..<count {
                if let label = PQfname(result, candidate), name == String(cString: label) { return candidate }
            }
        }
        throw PostgresError(.decoding, "column \(column): the result has no such column (it has \(count))")
    }
}
