import DomainKit

/// Whom a notification is for.
public enum Recipient: Sendable, Equatable {
    /// An address that the customer, or the shop's operator, gave.
    case email(String)
    /// A customer of whom no address is known: the identity itself, never an invented address.
    case customer(EntityID)
    /// The shop's operator, of whom no address is set.
    case shopOperator

    /// The address in the text of a recipient; nil where it has none.
    public static func address(in text: String) -> String? {
        let isAddress = text.contains("@") && !text.hasPrefix("customer:")
        return isAddress ? text : nil
    }
}

extension Recipient: CustomStringConvertible {
    /// The address, `customer:` and the customer's id, or `operator`.
    public var description: String {
        switch self {
        case .email(let address): address
        case .customer(let id): "customer:\(id)"
        case .shopOperator: "operator"
        }
    }
}
