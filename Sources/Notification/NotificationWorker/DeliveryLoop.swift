import DomainKit
import Lifecycle
import NotificationApplication
import NotificationDomain
import Observability

/// Takes what is due, hands it over, and records what became of it, until nothing is due.
struct DeliveryLoop: Sendable {
    let wanted: Channel
    let channel: any NotificationChannel
    let steps: DeliverySteps
    let logger: Logger

    /// What a lease has beyond the longest times that looking up customers and a delivery take: for pauses of the machine.
    private static let margin = Duration.seconds(30)
    /// So many customers are looked up at the same time.
    private static let lookUpLimit = 32

    /// What was taken together.
    private struct Taken {
        let lease: EntityID
        /// Nothing is begun after that: the lease could end before it is done.
        let latestStart: ContinuousClock.Instant
        let deliveries: [PendingDelivery]
    }

    /// What became of it.
    private struct Done {
        let finished: FinishedDeliveries
        let heard: HeardCustomers
    }

    func deliverAll(until shutdown: ShutdownSignal) async {
        if channel.isImmediate, steps.lookUp.isImmediate {
            await deliverAtOnce(until: shutdown)
        } else {
            await deliverUnderLeases(until: shutdown)
        }
    }

    /// Takes, delivers and records in one unit of work each time: nothing in it waits for another machine.
    private func deliverAtOnce(until shutdown: ShutdownSignal) async {
        var backoff = Backoff()
        while !shutdown.isTriggered {
            do {
                let wanted = WantedDeliveries(channel: wanted, limit: channel.batchSize)
                let count = try await steps.units.perform { [self] work in
                    let taken = try await steps.advance(nil, for: wanted, in: work)
                    guard !taken.isEmpty else { return 0 }
                    let known = try await steps.lookUp(customers(of: taken), in: work)
                    let variants = try await steps.repository.variants(of: unwritten(taken), in: work)
                    var results: [DeliveryResult] = []
                    for delivery in taken {
                        results.append(await deliver(delivery, to: known, from: variants))
                    }
                    _ = try await steps.advance(
                        FinishedDeliveries(lease: nil, results: results), for: nil, in: work)
                    return taken.count
                }
                if count < channel.batchSize { return }
            } catch let error where error.meansTemporarilyUnavailable {
                await shutdown.sleep(for: backoff.nextDelay())
            } catch {
                // One of them cannot be recorded: under a lease that is found out.
                return await deliverUnderLeases(until: shutdown)
            }
        }
    }

    private func deliverUnderLeases(until shutdown: ShutdownSignal) async {
        var done: Done?
        repeat {
            guard let taken = await advance(done, until: shutdown) else { return }
            done = await handOver(taken, until: shutdown)
        } while done != nil
    }

    /// Records `done`, and takes the next ones unless it is time to stop; nil where there are none.
    private func advance(_ done: Done?, until shutdown: ShutdownSignal) async -> Taken? {
        var backoff = Backoff()
        while true {
            let wanted = shutdown.isTriggered ? nil : next()
            guard done != nil || wanted != nil else { return nil }
            let start = ContinuousClock.now
            do {
                let deliveries = try await perform(done?.finished, heard: done?.heard ?? HeardCustomers(), for: wanted)
                guard let lease = wanted?.lease, !deliveries.isEmpty else { return nil }
                return Taken(
                    lease: lease.id, latestStart: start + lease.duration - channel.timeLimit, deliveries: deliveries)
            } catch let error where error.meansTemporarilyUnavailable {
                // Also after it is told to stop: what was sent should be known. The lane bounds the waiting.
                try? await Task.sleep(for: backoff.nextDelay())
            } catch {
                if done != nil || !shutdown.isTriggered {
                    logger.error("deliveries could not be recorded or taken", .error(error))
                }
                if let done { await recordSingly(done.finished) }
                await shutdown.sleep(for: .seconds(1))
                return nil
            }
        }
    }

    private func next() -> WantedDeliveries {
        let limit = steps.lookUp.isImmediate ? channel.batchSize : min(channel.batchSize, Self.lookUpLimit)
        let lease = DeliveryLease(for: steps.lookUp.timeLimit + channel.timeLimit + Self.margin)
        return WantedDeliveries(channel: wanted, limit: limit, lease: lease)
    }

    private func handOver(_ taken: Taken, until shutdown: ShutdownSignal) async -> Done {
        var results: [DeliveryResult] = []
        var heard = HeardCustomers()
        do {
            let found = try await steps.lookUp(customers(of: taken.deliveries))
            heard = found.heard
            let variants = try await steps.templates.variants(of: unwritten(taken.deliveries))
            for delivery in taken.deliveries {
                guard !shutdown.isTriggered, .now < taken.latestStart else { break }
                results.append(await deliver(delivery, to: found.known, from: variants))
            }
        } catch {
            logger.warn("deliveries could not be begun", .error(error))
            await shutdown.sleep(for: .seconds(1))
        }
        let untouched = taken.deliveries.dropFirst(results.count).map(\.notification.id)
        return Done(
            finished: FinishedDeliveries(lease: taken.lease, results: results, untouched: untouched), heard: heard)
    }

    private func deliver(
        _ delivery: PendingDelivery, to known: [EntityID: KnownCustomer],
        from variants: [TemplateKey: [NotificationTemplate]]
    ) async -> DeliveryResult {
        let customer = delivery.notification.customerID.flatMap { known[$0] } ?? KnownCustomer()
        return await steps.deliver(
            delivery, to: customer, from: variants[delivery.notification.template] ?? [], through: channel)
    }

    private func customers(of deliveries: [PendingDelivery]) -> Set<EntityID> {
        Set(deliveries.compactMap(\.notification.customerID))
    }

    /// The keys of the templates that are needed: those of what has no message yet.
    private func unwritten(_ deliveries: [PendingDelivery]) -> Set<TemplateKey> {
        Set(deliveries.map(\.notification).filter { $0.message == nil }.map(\.template))
    }

    /// One by one, so that one that cannot be recorded harms no other. That one is recorded as failed, because it must not
    /// be delivered again and again.
    private func recordSingly(_ finished: FinishedDeliveries) async {
        for result in finished.results {
            do {
                _ = try await perform(FinishedDeliveries(lease: finished.lease, results: [result]))
            } catch let error where !error.meansTemporarilyUnavailable {
                logger.error("a delivery could not be recorded", LogField("notification_id", result.id), .error(error))
                let failed = FinishedDeliveries(lease: finished.lease, results: [result.unrecorded])
                _ = try? await perform(failed)
            } catch {
                // The database is away: it is delivered again once its lease has ended.
                continue
            }
        }
        let untouched = FinishedDeliveries(lease: finished.lease, results: [], untouched: finished.untouched)
        _ = try? await perform(untouched)
    }

    private func perform(
        _ finished: FinishedDeliveries?, heard: HeardCustomers = HeardCustomers(), for wanted: WantedDeliveries? = nil
    ) async throws -> [PendingDelivery] {
        try await steps.units.perform { [steps] work in
            try await steps.advance(finished, heard: heard, for: wanted, in: work)
        }
    }
}

extension DeliveryResult {
    /// What can always be recorded.
    fileprivate var unrecorded: DeliveryResult {
        DeliveryResult(
            .failed(reason: "it was handed over or not; what became of it could not be recorded"), of: delivery,
            on: channel, to: delivery.notification.customerID.map { .customer($0) } ?? .shopOperator,
            handedOver: handedOver)
    }
}
