import DeadLetterAPI
import HTTPServer
import Lifecycle
import Messaging
import NotificationAPI
import NotificationInfrastructure
import NotificationWorker
import PersonalDataAPI
import Postgres
import RateLimiting
import Runtime

@main
struct NotificationAPIMain {
    static func main() async {
        await ServiceProcess(
            "notification-api", "Keeps templates, and shows what customers were told, over HTTP.",
            settings: { environment throws(ConfigurationError) in try APISettings(environment, defaultPort: 8083) }
        ).run { settings, process in
            let database = PostgresPool(settings.database, logger: process.logger)
            let authentication = Authentication(settings.authentication, logger: process.logger)
            let units = PostgresUnitOfWorkProvider(database, logger: process.logger)
            let keys = PostgresIdempotencyKeys()
            let templates = TemplateRoutes(
                units, templates: PostgresTemplateRepository(), catalog: PostgresTemplateCatalog(database),
                renderer: MustacheRenderer(), keys: keys)
            let notifications = NotificationRoutes(PostgresNotificationLog(database))
            let deadLetters = DeadLetterStore(
                database, wakeUp: OutboxWakeUp(notifying: database), rule: NotificationRedrive.refusal)
            let limits = RateLimiter(settings.rateLimits, sharing: database, logger: process.logger)
            var router = Router()
            templates.add(to: &router)
            notifications.add(to: &router)
            CustomerDataRoutes(units, customers: PostgresCustomerData(database)).add(to: &router)
            DeadLetterRoutes(deadLetters, keys: keys).add(to: &router)
            router.addOperationalRoutes(process.readiness)
            router.addMessages(.notification)
            router.addDescription(
                APIDescription(
                    title: "Tradewind Notification", summary: "What customers are told: templates, and what was sent."))
            return [
                database, authentication, limits,
                SchemaCheck(database, requires: 8, migrator: "notification-migrator"),
                OutboxWatch(database, logger: process.logger),
                HTTPServer(
                    at: settings.address, router: router,
                    filters: [settings.cors, limits.byAddress, authentication, limits.byCaller],
                    settings: settings.http,
                    logger: process.logger),
            ]
        }
    }
}
