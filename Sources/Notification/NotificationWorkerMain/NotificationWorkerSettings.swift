import Messaging
import NotificationDomain
import NotificationInfrastructure
import Runtime

/// What Notification's worker is told: what every worker is, and how notifications are delivered.
struct NotificationWorkerSettings: Sendable {
    let worker: WorkerSettings
    let wording: WordingSettings
    let delivery: DeliverySettings
    let customers: CustomerServiceSettings
    let customerCopiesKept: Duration
    /// Nil where mails are only recorded.
    let mail: MailSettings?
    /// Nil where nothing goes by webhook.
    let webhook: WebhookSettings?
    let schedule: ScheduleSettings

    /// - Throws: ``ConfigurationError`` with all that is wrong in `environment`.
    init(_ environment: Environment) throws(ConfigurationError) {
        wording = WordingSettings(environment)
        delivery = DeliverySettings(environment)
        customers = environment.customerService()
        customerCopiesKept = environment.customerCopiesKept()
        mail = environment.mail()
        webhook = environment.webhook()
        schedule = ScheduleSettings(environment, in: ShopCalendar(wording.timeZone))
        worker = try WorkerSettings(environment, defaultPort: 9083)
    }

    /// What is kept for how long: what every worker keeps, and what Notification's does.
    var retentionRules: [RetentionRule] {
        worker.retention.rules + [
            .customerCopies(kept: customerCopiesKept), .scheduledWork(kept: schedule.kept), .parkedDeliveries(),
        ]
    }
}

/// How notifications are delivered, whatever the channel.
struct DeliverySettings: Sendable {
    let retries: RetrySchedule
    /// How many messages are handed over at the same time by each channel that waits for another machine.
    let concurrency: Int
    /// Where what is for the shop's operator goes; nil where it is only recorded.
    let operatorEmail: String?

    init(_ environment: Environment) {
        retries = RetrySchedule(
            firstPause: environment.duration(
                "DELIVERY_RETRY_AFTER", default: .seconds(10), in: .milliseconds(10) ... .seconds(3_600),
                "how long after an attempt to deliver a notification failed it is tried again; each further pause is "
                    + "twice as long, and after six attempts it has failed"))
        concurrency = environment.integer(
            "DELIVERY_CONCURRENCY", default: 4, in: 1...64,
            "how many mails, and how many webhook calls, are under way at the same time")
        let email = environment.string(
            "OPERATOR_EMAIL", default: "",
            "where digests for the shop's operator go; without it they are only recorded")
        operatorEmail = email.isEmpty ? nil : email
        if !email.isEmpty, !email.contains("@") { environment.fault("OPERATOR_EMAIL", "must be an e-mail address") }
    }
}
