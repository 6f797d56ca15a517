/// A column of a row, by position (fast, from 0) or by name.
public enum PostgresColumn: Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The position, from 0.
    case index(Int)
    /// The exact name, as the result carries it.
    case name(String)

    public init(integerLiteral value: Int) { self = .index(value) }
    public init(stringLiteral value: String) { self = .name(value) }

    public var description: String {
        switch self {
        case .index(let index): "\(index)"
        case .name(let name): "\"\(name)\""
        }
    }
}
