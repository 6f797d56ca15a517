import DomainKit
import NotificationDomain
import OrderContracts

/// Something that the customer of an order is to be told.
struct Announcement: Sendable {
    let order: OrderSnapshot
    let template: TemplateKey
    /// Why the order was cancelled; nil where it was not.
    var reason: String?
    /// The template whose notification makes this one untrue: who has read that must not read this any more.
    var supersededBy: TemplateKey?
    /// The templates whose notifications this one makes untrue: they are not sent any more where that can be helped, and
    /// never after this one.
    var supersedes: Set<TemplateKey> = []
    let cause: Cause

    /// The address that came with the order, or else the customer as such.
    var recipient: Recipient {
        if let email = order.contact?.email, !email.isEmpty { return .email(email) }
        return .customer(order.customerID)
    }
}
