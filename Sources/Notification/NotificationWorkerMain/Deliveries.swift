import DomainKit
import Lifecycle
import Messaging
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import NotificationWorker
import Observability
import Postgres

/// What delivers notifications in this process: a lane for each channel, and one look for all of them.
struct Deliveries {
    /// Told of what is to be delivered.
    let wakeUp = DeliveryWakeUp()
    let services: [any Service]

    /// - Parameter outbox: told of the events that follow from deliveries.
    init(
        _ settings: NotificationWorkerSettings, in database: PostgresPool, outbox: OutboxWakeUp, logger: Logger
    ) {
        let delivery = settings.delivery
        let queue = PostgresDeliveryQueue(database)
        let copies = PostgresCustomerCopies(database)
        let customers = CustomerService(settings.customers, logger: logger)
        let steps = DeliverySteps(
            units: PostgresUnitOfWorkProvider(database, wakeUp: outbox, logger: logger),
            advance: AdvanceDeliveries(queue, copies: copies, logger: logger),
            lookUp: LookUpCustomers(
                settings.customers.url == nil ? nil : customers, copies: copies,
                preferences: PostgresCustomerPreferences(database)),
            templates: PostgresTemplateCatalog(database), repository: PostgresTemplateRepository(),
            deliver: DeliverNotification(
                composer: settings.wording.composer, retries: delivery.retries, operatorEmail: delivery.operatorEmail,
                log: LogChannel()))
        if settings.mail == nil {
            logger.info("mails are only recorded", LogField("reason", "SMTP_URL is not set"))
        }
        let lanes = Channel.allCases.map { [wakeUp] wanted in
            DeliveryLane(
                for: wanted, through: Self.channel(wanted, settings), concurrency: delivery.concurrency, steps: steps,
                wakeUp: wakeUp, logger: logger)
        }
        services = lanes + [DeliveryWatch(queue, channels: Channel.allCases, wakeUp: wakeUp, logger: logger)]
    }

    private static func channel(
        _ wanted: Channel, _ settings: NotificationWorkerSettings
    ) -> any NotificationChannel {
        switch wanted {
        case .log: LogChannel()
        case .email:
            if let mail = settings.mail {
                EmailChannel(mail, connections: settings.delivery.concurrency)
            } else {
                LogChannel()
            }
        case .webhook:
            if let webhook = settings.webhook {
                WebhookChannel(webhook)
            } else {
                UnsetChannel(.webhook, reason: "WEBHOOK_URL is not set")
            }
        }
    }
}
