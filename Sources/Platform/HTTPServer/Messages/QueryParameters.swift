import DomainKit
import Encodings

/// The query of a request, decoded.
public struct QueryParameters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// Names and values in the order in which they came.
    public let items: [Item]

    /// One `name=value`.
    public struct Item: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(_ items: [Item]) { self.items = items }

    public init(dictionaryLiteral elements: (String, String)...) {
        items = elements.map { Item(name: $0, value: $1) }
    }

    /// Reads the part of a URL after `?`, percent-encoded, with `+` for a space; nil where it is no UTF-8 so encoded.
    public init?(parsing query: some StringProtocol) {
        var items: [Item] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0].utf8, plusIsSpace: true) else { return nil }
            guard let value = percentDecoded((parts.count > 1 ? parts[1] : "").utf8, plusIsSpace: true) else {
                return nil
            }
            items.append(Item(name: name, value: value))
        }
        self.items = items
    }

    /// The first value of that name.
    public subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

    /// The value that `read` makes of the parameter; nil where it is absent.
    /// - Parameter expectation: what it must be, as the end of a sentence: "must be a UUID".
    /// - Throws: 400 naming the parameter where it is given twice, or `read` returns nil.
    public func value<T>(
        _ name: String, _ expectation: @autoclosure () -> String, read: (String) -> T?
    ) throws(Problem) -> T? {
        let given = items.filter { $0.name == name }
        guard let item = given.first else { return nil }
        guard given.count == 1 else { throw .invalidParameter(name, "must be given once") }
        guard let value = read(item.value) else { throw .invalidParameter(name, expectation()) }
        return value
    }

    /// The parameter as an identity; nil where it is absent.
    /// - Throws: 400 naming the parameter.
    public func id(_ name: String) throws(Problem) -> EntityID? {
        try value(name, "must be a UUID", read: EntityID.init)
    }

    /// The parameter as an integer; nil where it is absent.
    /// - Throws: 400 naming the parameter.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        try value(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// The query as it would be written in a URL, without `?`.
    var encoded: String {
        items.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }.joined(separator: "&")
    }

    /// The same with `name` set to `value` and nowhere else.
    func setting(_ name: String, to value: String) -> QueryParameters {
        QueryParameters(items.filter { $0.name != name } + [Item(name: name, value: value)])
    }
}
