import DeadLetterAPI
import HTTPServer
import Lifecycle
import Messaging
import OrderAPI
import OrderInfrastructure
import OrderWorker
import PersonalDataAPI
import Postgres
import Runtime

@main
struct OrderAPIMain {
    static func main() async {
        await ServiceProcess(
            "order-api", "takes, shows and cancels orders over HTTP",
            settings: { environment throws(ConfigurationError) in try OrderAPISettings(environment) }
        ).run { orderSettings, process in
            let settings = orderSettings.api
            let database = PostgresPool(settings.database, logger: process.logger)
            let filters = APIFilters(settings, sharing: database, logger: process.logger)
            let wakeUp = OutboxWakeUp(notifying: database)
            let units = PostgresUnitOfWorkProvider(database, wakeUp: wakeUp, logger: process.logger)
            let keys = PostgresIdempotencyKeys()
            let orders = OrderRoutes(
                units: units,
                orders: PostgresOrderRepository(), queries: PostgresOrderQueries(database),
                prices: PostgresPriceList(), keys: keys,
                gathering: orderSettings.placing, stalledAfter: orderSettings.stalledAfter)
            var router = Router()
            orders.add(to: &router)
            CustomerDataRoutes(units, customers: PostgresCustomerData(database)).add(to: &router)
            DeadLetterRoutes(DeadLetterStore(database, wakeUp: wakeUp, rule: OrderRedrive.refusal), keys: keys)
                .add(to: &router)
            router.addOperationalRoutes(process.readiness)
            router.addMessages(.order)
            router.addDescription(
                APIDescription(
                    title: "Tradewind Order", summary: "Takes, shows and cancels orders.",
                    port: settings.address.port))
            return [
                database, filters.authentication, filters.limits,
                SchemaCheck(database, requires: 8, migrator: "order-migrator"),
                OutboxWatch(database, logger: process.logger),
                HTTPServer(settings, router: router, behind: filters, logger: process.logger),
            ]
        }
    }
}
