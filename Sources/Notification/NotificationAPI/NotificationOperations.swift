import DomainKit
import HTTPServer
import JSON
import NotificationApplication
import NotificationDomain

/// What each route of Notification is for, and who may call it.
extension Operation {
    static let listNotifications = Operation(
        "listNotifications", "Lists what customers were told, newest first", tag: "Notifications",
        access: .roles([.operator, .admin]),
        parameters: .page(of: [
            .query("orderId", .uuid, "Only what was said about this order."),
            .query("customerId", .uuid, "Only what was said to this customer."),
            .query("status", .oneOf(Notification.Status.self), "Only notifications in this state."),
            .query("from", .timestamp, "Only notifications made then or later."),
            .query("to", .timestamp, "Only notifications made before."),
        ]),
        answers: [.page(of: NotificationBody.schema, "The notifications.")])
    static let getNotification = Operation(
        "getNotification", "Shows a notification, with every attempt to deliver it", tag: "Notifications",
        access: .roles([.operator, .admin]), parameters: [.notificationID],
        answers: [.json(200, NotificationDetailBody.schema, "The notification.")])
    static let resendNotification = Operation(
        "resendNotification", "Sends a notification again", tag: "Notifications", access: .roles([.operator, .admin]),
        details: """
            What was sent is sent as it was, to the address that is known now; what has no message yet is written anew. It
            is another message for the recipient's mail system, not the same one once more.
            """,
        parameters: [.notificationID, .idempotencyKey],
        answers: [.json(202, ResendBody.schema, "It is Pending, and will be sent.", headers: [.location])]
            + ResendRefusal.allCases.map { .problem($0.problem) })

    static let listScheduledWork = Operation(
        "listScheduledWork", "Lists what is to be told later, and what became of it, newest first",
        tag: "Scheduled work", access: .roles([.operator, .admin]),
        parameters: .page(of: [
            .query("kind", .string(1...64, example: "order-follow-up"), "Only this kind."),
            .query("state", .oneOf(ScheduledWorkState.self), "Only what is in this state."),
        ]),
        answers: [.page(of: ScheduledWorkBody.schema, "The work.")])
}

extension Operation.Parameter {
    fileprivate static let notificationID = path("id", "The notification.")
}
