import DomainKit
import HTTPServer
import NotificationApplication
import NotificationDomain

/// `/api/notifications`: what customers were told, newest first.
public struct NotificationRoutes: Sendable {
    private static let path = "/api/notifications"

    private let list: ListNotifications
    private let get: GetNotification

    /// - Parameter log: where notifications are read.
    public init(_ log: any NotificationLog) {
        list = ListNotifications(log)
        get = GetNotification(log)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, .listNotifications, handler: getPage)
        router.get("\(Self.path)/{id}", .getNotification, handler: getOne)
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
