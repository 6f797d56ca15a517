import DomainKit
import NotificationDomain

/// Delivers one notification: to whom, whether, in which words, by which way. It opens no transaction.
public struct DeliverNotification: Sendable {
    private let composer: MessageComposer
    private let retries: RetrySchedule
    private let operatorEmail: String?
    private let log: any NotificationChannel
    private let clock: any WallClock

    /// - Parameters:
    ///   - operatorEmail: the address of the shop's operator. Without one, what is for the operator is only recorded.
    ///   - log: records what has nobody to go to.
    public init(
        composer: MessageComposer, retries: RetrySchedule = RetrySchedule(), operatorEmail: String? = nil,
        log: any NotificationChannel, clock: any WallClock = SystemClock()
    ) {
        self.composer = composer
        self.retries = retries
        self.operatorEmail = operatorEmail
        self.log = log
        self.clock = clock
    }

    /// - Parameters:
    ///   - known: what is known of the customer.
    ///   - variants: the templates of its key.
    public func callAsFunction(
        _ delivery: PendingDelivery, to known: KnownCustomer, from variants: [NotificationTemplate],
        through wanted: any NotificationChannel
    ) async -> DeliveryResult {
        let notification = delivery.notification
        let isForOperator = notification.customerID == nil
        let addressee = isForOperator ? Addressee(email: operatorEmail) : known.addressee(of: delivery)
        let channel = isForOperator && addressee.email == nil && wanted.needsAddress ? log : wanted
        let recipient = recipient(of: notification, addressee)
        let objection =
            delivery.isUntrue
            ? Self.reason(supersededBy: .orderCancelled)
            : isForOperator
                ? nil : addressee.objection(to: notification.template, needsAddress: channel.needsAddress)
        if let objection {
            return DeliveryResult(.skipped(reason: objection), of: delivery, on: channel.channel, to: recipient)
        }
        let composed: ComposedMessage?
        do {
            composed = try compose(delivery, for: addressee, from: variants)
        } catch {
            return DeliveryResult(.failed(reason: error.reason), of: delivery, on: channel.channel, to: recipient)
        }
        guard let message = composed?.message ?? notification.message else {
            let reason = "what it tells of was not kept"
            return DeliveryResult(.failed(reason: reason), of: delivery, on: channel.channel, to: recipient)
        }
        let outgoing = OutgoingMessage(
            notificationID: notification.id, round: delivery.round, orderID: notification.orderID,
            customerID: notification.customerID, template: notification.template,
            locale: composed?.locale ?? notification.locale ?? .english, recipient: recipient, name: addressee.name,
            message: message, createdAt: notification.createdAt)
        let (at, start) = (clock.now, ContinuousClock.now)
        let outcome = await handOver(outgoing, to: channel, after: delivery.tries)
        return DeliveryResult(
            outcome, of: delivery, on: channel.channel, to: recipient, composed: composed,
            handedOver: (at: at, duration: .now - start))
    }

    /// Why a notification is not sent any more that another made untrue.
    public static func reason(supersededBy template: TemplateKey) -> String { "\(template) came before it was sent" }

    private func recipient(of notification: Notification, _ addressee: Addressee) -> Recipient {
        if let email = addressee.email { return .email(email) }
        return notification.customerID.map { .customer($0) } ?? .shopOperator
    }

    /// Nil where the message was kept: it is sent as it is.
    private func compose(
        _ delivery: PendingDelivery, for addressee: Addressee, from variants: [NotificationTemplate]
    ) throws(RenderingFailed) -> ComposedMessage? {
        let template = delivery.notification.template
        guard delivery.notification.message == nil, let occasion = delivery.occasion else { return nil }
        guard !variants.isEmpty else { throw RenderingFailed(reason: "there is no template \(template)") }
        do {
            return try composer.message(of: occasion, to: addressee.name, in: addressee.locale, from: variants)
        } catch {
            throw RenderingFailed(reason: "the template \(template) cannot be filled: \(error.reason)")
        }
    }

    private func handOver(
        _ message: OutgoingMessage, to channel: any NotificationChannel, after tries: Int
    ) async -> DeliveryResult.Outcome {
        do throws(DeliveryFailed) {
            try await channel.deliver(message)
            return .sent
        } catch {
            guard error.isTemporary, let pause = retries.pause(after: tries + 1) else {
                return .failed(reason: error.reason)
            }
            return .deferred(reason: error.reason, pause: pause)
        }
    }
}
