import DomainKit
import NotificationContracts
import NotificationDomain
import Observability

/// Records what became of deliveries, tells it to others, and takes the next ones: all of it in one unit of work.
public struct AdvanceDeliveries: Sendable {
    private let queue: any DeliveryQueue
    private let copies: any CustomerCopies
    private let metrics: DeliveryMetrics
    private let logger: Logger

    /// - Parameter copies: where what the customer service said is kept.
    public init(
        _ queue: any DeliveryQueue, copies: any CustomerCopies, metrics: DeliveryMetrics = .shared,
        logger: Logger = .silent
    ) {
        self.queue = queue
        self.copies = copies
        self.metrics = metrics
        self.logger = logger
    }

    /// - Parameters:
    ///   - finished: nil where there is nothing to record.
    ///   - heard: what the customer service said.
    ///   - wanted: nil where nothing is to be taken.
    /// - Returns: what was taken, oldest first.
    public func callAsFunction(
        _ finished: FinishedDeliveries?, heard: HeardCustomers = HeardCustomers(), for wanted: WantedDeliveries?,
        in work: any UnitOfWork
    ) async throws -> [PendingDelivery] {
        // First: it waits for erasures, which may wait for what is written after it.
        if !heard.isEmpty { try await copies.keep(heard, in: work) }
        let (recorded, taken) = try await queue.exchange(finished, for: wanted, in: work)
        let results = finished?.results.filter { recorded.contains($0.id) } ?? []
        for result in results { try await publish(result, in: work) }
        work.afterCommit { [metrics, logger] in
            for result in results {
                metrics.note(result)
                tell(of: result, logger)
            }
        }
        return taken
    }

    private func publish(_ result: DeliveryResult, in work: any UnitOfWork) async throws {
        let notification = result.delivery.notification
        switch result.outcome {
        case .sent:
            let event = NotificationSent(
                notificationID: notification.id, orderID: notification.orderID, template: notification.template.text,
                channel: result.channel.rawValue)
            try await work.publish(event, cause: result.delivery.cause)
        case .failed(let reason):
            let event = NotificationFailed(
                notificationID: notification.id, orderID: notification.orderID, reason: reason)
            try await work.publish(event, cause: result.delivery.cause)
        case .deferred, .skipped: break
        }
    }

    /// What the other side said may name an address, which is no business of a log.
    private func tell(of result: DeliveryResult, _ logger: Logger) {
        guard let reason = result.reason?.withoutAddresses else { return }
        let notification = result.delivery.notification
        var logger = logger.with(
            LogField("notification_id", result.id), LogField("template", notification.template.text),
            LogField("channel", result.channel.rawValue), .reason(reason),
            .correlationID(result.delivery.cause.correlationID))
        if let order = notification.orderID { logger = logger.with(.orderID(order)) }
        let attempt = LogField.attempt(result.delivery.tries + 1)
        if let pause = result.pause {
            logger.warn("delivery deferred", attempt, .retryAfter(pause))
        } else if result.status == .failed {
            logger.warn("delivery failed", attempt)
        } else {
            logger.info("delivery skipped")
        }
    }
}

extension String {
    /// The same with `…` for each word that has an `@` in it.
    var withoutAddresses: String {
        split(separator: " ", omittingEmptySubsequences: false)
            .map { $0.contains("@") ? "…" : String($0) }
            .joined(separator: " ")
    }
}
