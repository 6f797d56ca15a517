import HTTPServer
import Lifecycle
import Messaging
import NotificationAPI
import NotificationApplication
import NotificationInfrastructure
import Observability
import TestKit

/// Notification with its HTTP interface, on a fresh database and any free port.
struct NotificationServer: Sendable {
    let notification: NotificationFixture
    let client: HTTPClient

    /// Lends a running server to `body`, and stops it.
    static func with(
        channel: any NotificationChannel = LogChannel(), _ body: @Sendable (NotificationServer) async throws -> Void
    ) async throws {
        try await NotificationFixture.with(channel: channel) { notification in
            let pool = notification.database.pool
            var router = Router()
            TemplateRoutes(
                notification.units, templates: PostgresTemplateRepository(), catalog: PostgresTemplateCatalog(pool),
                renderer: MustacheRenderer(),
                composer: .standard,
                keys: PostgresIdempotencyKeys()
            ).add(to: &router)
            NotificationRoutes(
                notification.units, log: PostgresNotificationLog(pool), notifications: PostgresNotificationRepository(),
                queue: PostgresDeliveryQueue(pool), templates: PostgresTemplateRepository(),
                keys: PostgresIdempotencyKeys()
            ).add(to: &router)
            ScheduledWorkRoutes(PostgresScheduledWorkLog(pool)).add(to: &router)
            let server = HTTPServer(
                host: "127.0.0.1", port: 0, router: router, filters: [DescribedAnswers(), AuthenticationOff()],
                logger: .silent)
            let port = try server.start()
            let shutdown = ShutdownSignal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run(until: shutdown) }
                defer { shutdown.trigger() }
                try await body(NotificationServer(notification: notification, client: HTTPClient(port: port)))
            }
        }
    }
}
