import AMQP
import Lifecycle
import Messaging
import NotificationApplication
import NotificationInfrastructure
import NotificationWorker
import Observability
import Postgres

/// What tells people something at a later time, and hears of products that ran low for that.
struct ScheduledNotifications {
    /// Plans to follow orders up.
    let followUps: FollowUps
    let services: [any Service]

    /// - Parameter outbox: told of the events that follow from it.
    init(
        _ settings: NotificationWorkerSettings, announcer: Announcer, in database: PostgresPool,
        on broker: BrokerSettings,
        outbox: OutboxWakeUp, logger: Logger
    ) {
        let schedule = settings.schedule
        let lowStock = PostgresLowStockRepository()
        let recordLowStock = RecordLowStock(lowStock)
        let followUp = FollowUp(announcer)
        let tellOfLowStock = TellOfLowStock(lowStock, announcer: announcer)
        followUps = FollowUps(PostgresSchedule(), after: schedule.followUpAfter)
        services = [
            Scheduler(
                of: [
                    // First: of follow-ups there can be many to make up for.
                    .recurring(
                        TellOfLowStock.kind, next: { schedule.calendar.next(schedule.digestAt, after: $0) },
                        handler: { try await tellOfLowStock($0, in: $1) }),
                    .once(FollowUp.kind, handler: { try await followUp($0, in: $1) }),
                ],
                in: database, units: PostgresUnitOfWorkProvider(database, wakeUp: outbox, logger: logger),
                logger: logger),
            DeadLetterCollector(.productRunLow, on: broker, into: database, logger: logger),
            Consumer(
                .productRunLow, on: broker, inbox: database, wakeUp: outbox, settings: settings.worker.consumer,
                logger: logger, handler: { try await recordLowStock($0, in: $1) }),
        ]
    }
}
