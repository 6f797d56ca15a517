import DomainKit
import NotificationDomain

/// What the customer service says of a customer, or where it is away, what it last said; and what they said here.
public struct KnownCustomer: Sendable, Equatable {
    /// Nil where the service has no such customer, cannot be asked and never was, or there is none.
    public let customer: Customer?
    /// Why the service could not say anything; nil where it could.
    public let silence: String?
    /// What they said here about what they want to be told, in place of what the service says of that; nil where they said
    /// nothing.
    public let preferences: Preferences?

    public init(_ customer: Customer? = nil, silence: String? = nil, preferences: Preferences? = nil) {
        self.customer = customer
        self.silence = silence
        self.preferences = preferences
    }

    /// - Parameter copy: what the service last said, where that is known. It counts only while the service is away.
    public init(_ answer: CustomerAnswer, copy: Customer?, preferences: Preferences? = nil) {
        switch answer {
        case .found(let customer): self.init(customer, preferences: preferences)
        case .unknown: self.init(preferences: preferences)
        case .unavailable(let reason): self.init(copy, silence: reason, preferences: preferences)
        }
    }

    /// Whom a delivery is for. What is not known of the customer comes from the order; where that was not kept, from the
    /// notification as it was sent before.
    func addressee(of delivery: PendingDelivery) -> Addressee {
        guard case .order(let order, _)? = delivery.occasion else {
            let email = Recipient.address(in: delivery.notification.recipient)
            return Addressee(customer, name: nil, email: email, preferences: preferences, silence: silence)
        }
        return Addressee(
            customer, name: order.contact?.name, email: order.contact?.email, preferences: preferences,
            silence: silence)
    }
}
