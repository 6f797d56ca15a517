import DomainKit
import NotificationDomain

/// What the customer service says of a customer, or where it is away, what it last said.
public struct KnownCustomer: Sendable, Equatable {
    /// Nil where the service has no such customer, cannot be asked and never was, or there is none.
    public let customer: Customer?
    /// Why the service could not say anything; nil where it could.
    public let silence: String?

    public init(_ customer: Customer? = nil, silence: String? = nil) {
        self.customer = customer
        self.silence = silence
    }

    /// - Parameter copy: what the service last said, where that is known. It counts only while the service is away.
    public init(_ answer: CustomerAnswer, copy: Customer?) {
        switch answer {
        case .found(let customer): self.init(customer)
        case .unknown: self.init()
        case .unavailable(let reason): self.init(copy, silence: reason)
        }
    }

    /// Whom a delivery is for. What is not known of the customer comes from the order; where that was not kept, from the
    /// notification as it was sent before.
    func addressee(of delivery: PendingDelivery) -> Addressee {
        guard case .order(let order, _)? = delivery.occasion else {
            let email = Recipient.address(in: delivery.notification.recipient)
            return Addressee(customer, name: nil, email: email, silence: silence)
        }
        return Addressee(customer, name: order.contact?.name, email: order.contact?.email, silence: silence)
    }
}
