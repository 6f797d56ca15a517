import DeadLetterAPI
import HTTPServer
import Messaging
import Postgres
import Runtime
import StockAPI
import StockInfrastructure
import StockWorker

@main
struct StockAPIMain {
    static func main() async {
        let process = ServiceProcess("stock-api", "answers HTTP about products and their stock") {
            environment throws(ConfigurationError) in try APISettings(environment, defaultPort: 8082)
        }
        await process.run { settings, process in
            let database = PostgresPool(settings.database, logger: process.logger)
            let filters = APIFilters(settings, sharing: database, logger: process.logger)
            let wakeUp = OutboxWakeUp(notifying: database)
            let units = PostgresUnitOfWorkProvider(database, wakeUp: wakeUp, logger: process.logger)
            let catalog = PostgresStockCatalog(database)
            let keys = PostgresIdempotencyKeys()

            var router = Router()
            router.addOperationalRoutes(process.readiness)
            ProductRoutes(units, products: PostgresProductRepository(), catalog: catalog).add(to: &router)
            StockRoutes(units, stock: PostgresStockRepository(), catalog: catalog, keys: keys).add(to: &router)
            DeadLetterRoutes(DeadLetterStore(database, wakeUp: wakeUp, rule: StockRedrive.refusal), keys: keys)
                .add(to: &router)
            router.addMessages(.stock)
            router.addDescription(
                APIDescription(
                    title: "Tradewind Stock", summary: "Products, their prices, and how much there is of each.",
                    port: settings.address.port))

            return [
                database, filters.authentication, filters.limits,
                SchemaCheck(database, requires: 9, migrator: "stock-migrator"),
                OutboxWatch(database, logger: process.logger),
                HTTPServer(settings, router: router, behind: filters, logger: process.logger),
            ]
        }
    }
}
