import DeadLetterAPI
import HTTPServer
import Lifecycle
import Messaging
import NotificationAPI
import NotificationInfrastructure
import NotificationWorker
import PersonalDataAPI
import Postgres
import Runtime

@main
struct NotificationAPIMain {
    static func main() async {
        await ServiceProcess(
            "notification-api", "Keeps templates, and shows what customers were told, over HTTP.",
            settings: { environment throws(ConfigurationError) in
                let wording = WordingSettings(environment)
                return (wording, try APISettings(environment, defaultPort: 8083))
            }
        ).run { settings, process in
            let (wording, settings) = settings
            let database = PostgresPool(settings.database, logger: process.logger)
            let filters = APIFilters(settings, sharing: database, logger: process.logger)
            let units = PostgresUnitOfWorkProvider(database, logger: process.logger)
            let keys = PostgresIdempotencyKeys()
            let templates = TemplateRoutes(
                units, templates: PostgresTemplateRepository(), catalog: PostgresTemplateCatalog(database),
                renderer: MustacheRenderer(), composer: wording.previewer, keys: keys)
            let notifications = NotificationRoutes(
                units, log: PostgresNotificationLog(database), notifications: PostgresNotificationRepository(),
                queue: PostgresDeliveryQueue(database), templates: PostgresTemplateRepository(), keys: keys)
            let deadLetters = DeadLetterStore(
                database, wakeUp: OutboxWakeUp(notifying: database), rule: NotificationRedrive.refusal)
            var router = Router()
            templates.add(to: &router)
            notifications.add(to: &router)
            ScheduledWorkRoutes(PostgresScheduledWorkLog(database)).add(to: &router)
            CustomerDataRoutes(units, customers: PostgresCustomerData(database)).add(to: &router)
            PreferencesRoutes(units, preferences: PostgresCustomerPreferences(database)).add(to: &router)
            DeadLetterRoutes(deadLetters, keys: keys).add(to: &router)
            router.addOperationalRoutes(process.readiness)
            router.addMessages(.notification)
            router.addDescription(
                APIDescription(
                    title: "Tradewind Notification", summary: "What customers are told: templates, and what was sent.",
                    port: settings.address.port))
            return [
                database, filters.authentication, filters.limits,
                SchemaCheck(database, requires: 15, migrator: "notification-migrator"),
                OutboxWatch(database, logger: process.logger),
                HTTPServer(settings, router: router, behind: filters, logger: process.logger),
            ]
        }
    }
}
