import DomainKit
import JSON

/// How a domain tells all that it knows of a customer.
public protocol CustomerDataBody: JSONEncodable, Sendable {
    /// What is known.
    associatedtype Record: Sendable

    /// What the answer is.
    static var schema: JSONSchema { get }

    init(customer: EntityID, record: Record)
}
