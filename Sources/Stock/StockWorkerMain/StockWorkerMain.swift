import HTTPServer
import Messaging
import Postgres
import Runtime
import StockInfrastructure
import StockWorker

@main
struct StockWorkerMain {
    static func main() async {
        let process = ServiceProcess("stock-worker", "takes the stock of orders, and gives back that of cancelled ones")
        {
            environment throws(ConfigurationError) in try WorkerSettings(environment, defaultPort: 9082)
        }
        await process.run { settings, process in
            let database = PostgresPool(settings.database, logger: process.logger)
            let broker = settings.broker.named("stock-worker")
            let wakeUp = OutboxWakeUp()
            let deadLetters = DeadLetterStore(database, wakeUp: wakeUp, rule: StockRedrive.refusal)
            let created = OrderCreatedHandler(PostgresStockRepository())
            let cancelled = OrderCancelledHandler(PostgresStockRepository())
            let erased = CustomerErasedHandler()

            var router = Router()
            router.addOperationalRoutes(process.readiness)

            return [
                database,
                SchemaCheck(database, requires: 9, migrator: "stock-migrator"),
                OutboxWatch(database, logger: process.logger),
                HTTPServer(at: settings.address, router: router, logger: process.logger),
                OutboxRelay(
                    from: database, to: broker, wakeUp: wakeUp, settings: settings.relay, logger: process.logger),
                Retention(of: settings.retention.rules, in: database, logger: process.logger),
                DeadLetterRedriver(deadLetters, logger: process.logger),
                DeadLetterCollector(
                    OrderCreatedHandler.subscription, on: broker, into: database, logger: process.logger),
                DeadLetterCollector(
                    OrderCancelledHandler.subscription, on: broker, into: database, logger: process.logger),
                DeadLetterCollector(
                    CustomerErasedHandler.subscription, on: broker, into: database, logger: process.logger),
                Consumer(
                    OrderCreatedHandler.subscription, on: broker, inbox: database, wakeUp: wakeUp,
                    settings: settings.consumer, logger: process.logger, whenGivenUp: created.giveUp,
                    handler: created.handle),
                Consumer(
                    OrderCancelledHandler.subscription, on: broker, inbox: database, wakeUp: wakeUp,
                    settings: settings.consumer, logger: process.logger, handler: cancelled.handle),
                Consumer(
                    CustomerErasedHandler.subscription, on: broker, inbox: database, wakeUp: wakeUp,
                    settings: settings.consumer, logger: process.logger, handler: erased.handle),
            ]
        }
    }
}
