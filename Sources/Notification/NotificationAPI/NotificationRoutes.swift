import DomainKit
import HTTPServer
import NotificationApplication

/// `/api/notifications`: what customers were told, newest first.
public struct NotificationRoutes: Sendable {
    private let list: ListNotifications

    /// - Parameter log: where notifications are read.
    public init(_ log: any NotificationLog) { list = ListNotifications(log) }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) { router.get("/api/notifications", .listNotifications, handler: getPage) }

    @Sendable private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let order = try request.query.id("orderId")
        let page = try request.page()
        let notifications = try await list(
            of: order, before: try page.position { EntityID($0) }, limit: page.limit + 1)
        return .page(Page(notifications.map(NotificationBody.init), for: page, position: \.position), of: request)
    }
}
