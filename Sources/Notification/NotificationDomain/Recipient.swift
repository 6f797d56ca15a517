import DomainKit

/// Whom a notification is for.
public enum Recipient: Sendable, Equatable {
    /// The address that the customer gave with the order.
    case email(String)
    /// A customer of whom no address is known: the identity itself, never an invented address.
    case customer(EntityID)
}

extension Recipient: CustomStringConvertible {
    /// The address, or `customer:` and the customer's id.
    public var description: String {
        switch self {
        case .email(let address): address
        case .customer(let id): "customer:\(id)"
        }
    }
}
