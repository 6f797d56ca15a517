import HTTPServer
import Lifecycle
import Messaging
import NotificationApplication
import NotificationInfrastructure
import NotificationWorker
import Postgres
import Runtime

@main
struct NotificationWorkerMain {
    static func main() async {
        await ServiceProcess(
            "notification-worker", "Tells customers what became of their orders.",
            settings: { environment throws(ConfigurationError) in try NotificationWorkerSettings(environment) }
        ).run { notificationSettings, process in
            let settings = notificationSettings.worker
            let logger = process.logger
            let broker = settings.broker.named("notification-worker")
            let database = PostgresPool(settings.database, logger: logger)
            let wakeUp = OutboxWakeUp()
            let deadLetters = DeadLetterStore(database, wakeUp: wakeUp, rule: NotificationRedrive.refusal)
            let deliveries = Deliveries(notificationSettings, in: database, outbox: wakeUp, logger: logger)
            let announcer = Announcer(
                PostgresNotificationRepository(), templates: PostgresTemplateRepository(), signal: deliveries.wakeUp)
            let scheduled = ScheduledNotifications(
                notificationSettings, announcer: announcer, in: database, on: broker, outbox: wakeUp, logger: logger)
            let notifyOfConfirmations = NotifyOfConfirmations(announcer, followUps: scheduled.followUps)
            let notifyOfCancellations = NotifyOfCancellations(announcer, followUps: scheduled.followUps)
            let eraseCustomers = EraseCustomer(PostgresCustomerData(database))
            var router = Router()
            router.addOperationalRoutes(process.readiness)
            let foundation: [any Service] = [
                database,
                SchemaCheck(database, requires: 15, migrator: "notification-migrator"),
                OutboxWatch(database, logger: logger),
                HTTPServer(at: settings.address, router: router, logger: logger),
                OutboxRelay(from: database, to: broker, wakeUp: wakeUp, settings: settings.relay, logger: logger),
            ]
            return foundation + deliveries.services + scheduled.services + [
                Retention(of: notificationSettings.retentionRules, in: database, logger: logger),
                DeadLetterRedriver(deadLetters, logger: logger),
                DeadLetterCollector(.orderConfirmed, on: broker, into: database, logger: logger),
                DeadLetterCollector(.orderCancelled, on: broker, into: database, logger: logger),
                DeadLetterCollector(.customerErased, on: broker, into: database, logger: logger),
                Consumer(
                    .orderConfirmed, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger, handler: { try await notifyOfConfirmations($0, in: $1) }),
                Consumer(
                    .orderCancelled, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger, handler: { try await notifyOfCancellations($0, in: $1) }),
                Consumer(
                    .customerErased, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger, handler: { try await eraseCustomers($0, in: $1) }),
            ]
        }
    }
}
