import HTTPServer
import Lifecycle
import Messaging
import OrderApplication
import OrderInfrastructure
import OrderWorker
import Postgres
import Runtime

@main
struct OrderWorkerMain {
    static func main() async {
        await ServiceProcess(
            "order-worker", "relays Order's events and brings its orders to their end",
            settings: { environment throws(ConfigurationError) in try OrderWorkerSettings(environment) }
        ).run { orderSettings, process in
            let settings = orderSettings.worker
            let logger = process.logger
            let broker = settings.broker.named("order-worker")
            let database = PostgresPool(settings.database, logger: logger)
            let wakeUp = OutboxWakeUp()
            let deadLetters = DeadLetterStore(database, wakeUp: wakeUp, rule: OrderRedrive.refusal)
            let confirmOrders = ConfirmOrders(PostgresOrderRepository())
            let rejectOrders = RejectOrders(PostgresOrderRepository())
            let recordPrices = RecordPrices(PostgresPriceList())
            var router = Router()
            router.addOperationalRoutes(process.readiness)
            return [
                database,
                SchemaCheck(database, requires: 6, migrator: "order-migrator"),
                OutboxWatch(database, logger: logger),
                HTTPServer(at: settings.address, router: router, logger: logger),
                OutboxRelay(from: database, to: broker, wakeUp: wakeUp, settings: settings.relay, logger: logger),
                OrderDeadlineWatch(
                    PostgresOverdueOrders(database), orders: PostgresOrderRepository(),
                    units: PostgresUnitOfWorkProvider(database, wakeUp: wakeUp, logger: logger),
                    deadlines: orderSettings.deadlines,
                    logger: logger),
                Retention(of: settings.retention.rules, in: database, logger: logger),
                DeadLetterRedriver(deadLetters, logger: logger),
                DeadLetterCollector(.productPriced, on: broker, into: database, logger: logger),
                DeadLetterCollector(.stockProcessCompleted, on: broker, into: database, logger: logger),
                DeadLetterCollector(.stockProcessFailed, on: broker, into: database, logger: logger),
                Consumer(
                    .productPriced, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger,
                    handler: { try await recordPrices($0, in: $1) }),
                Consumer(
                    .stockProcessCompleted, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger,
                    handler: { try await confirmOrders($0, in: $1) }),
                Consumer(
                    .stockProcessFailed, on: broker, inbox: database, wakeUp: wakeUp, settings: settings.consumer,
                    logger: logger,
                    handler: { try await rejectOrders($0, in: $1) }),
            ]
        }
    }
}
