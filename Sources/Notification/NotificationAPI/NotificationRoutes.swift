import DomainKit
import HTTPServer
import NotificationApplication
import NotificationDomain

/// `/api/notifications`: what customers were told, newest first, and telling them again.
public struct NotificationRoutes: Sendable {
    private static let path = "/api/notifications"

    private let list: ListNotifications
    private let get: GetNotification
    private let once: OnceOnly
    private let resend: ResendNotification

    /// - Parameters:
    ///   - units: opens one unit of work for each request that changes something.
    ///   - log: where notifications are read.
    ///   - notifications: where they are changed.
    ///   - queue: from which they are delivered.
    ///   - templates: say by which channel.
    ///   - keys: where answers to requests with an idempotency key are kept.
    public init(
        _ units: any UnitOfWorkProvider, log: any NotificationLog, notifications: any NotificationRepository,
        queue: any DeliveryQueue, templates: any TemplateRepository, keys: any IdempotencyKeys
    ) {
        list = ListNotifications(log)
        get = GetNotification(log)
        once = OnceOnly(units, keys: keys)
        resend = ResendNotification(notifications, queue: queue, templates: templates)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, .listNotifications, handler: getPage)
        router.get("\(Self.path)/{id}", .getNotification, handler: getOne)
        router.post("\(Self.path)/{id}/resend", .resendNotification, handler: postResend)
    }

    @Sendable private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let filter = try request.notificationFilter()
        let page = try request.page()
        let notifications = try await list(
            matching: filter, before: try page.position { EntityID($0) }, limit: page.limit + 1)
        return .page(Page(notifications.map(NotificationBody.init), for: page, position: \.position), of: request)
    }

    @Sendable private func getOne(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let found = try await get(try request.id("id")) else { throw Problem.notFound() }
        return .json(200, NotificationDetailBody(found.notification, attempts: found.attempts))
    }

    @Sendable private func postResend(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        let cause = request.cause
        return try await once(request, about: id) { [resend] work in
            switch try await resend(id, cause: cause, in: work) {
            case .resent:
                return .json(202, ResendBody(notification: id), headers: ["Location": "\(Self.path)/\(id)"])
            case .refused(let refusal): throw refusal.problem
            case .unknown: throw Problem.notFound()
            }
        }
    }
}

extension HTTPRequest {
    /// Which notifications the query asks for.
    /// - Throws: 400 naming the parameter that is wrong.
    fileprivate func notificationFilter() throws(Problem) -> NotificationFilter {
        NotificationFilter(
            orderID: try query.id("orderId"), customerID: try query.id("customerId"),
            status: try query.value("status", "must be Pending, Sent, Failed or Skipped") {
                Notification.Status(rawValue: $0)
            }, from: try time("from"), to: try time("to"))
    }

    private func time(_ name: String) throws(Problem) -> Timestamp? {
        try query.value(name, "must be a time such as 2026-11-28T09:30:00Z") { Timestamp($0) }
    }
}
