import DomainKit
import HTTPServer
import JSON
import NotificationApplication
import NotificationDomain

/// `{"notificationId", "status"}`: nothing about a person, for the answer is kept with its idempotency key.
struct ResendBody: JSONEncodable {
    let notification: EntityID

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("notificationId", notification)
            json.field("status", Notification.Status.pending.rawValue)
        }
    }

    /// What the answer is.
    static let schema = JSONSchema.object(
        "Resend", .required("notificationId", .uuid),
        .required("status", .oneOf([Notification.Status.pending.rawValue])))
}

extension ResendRefusal {
    /// 409, with a type for each reason.
    var problem: Problem {
        let (type, title, detail) =
            switch self {
            case .isPending: ("pending", "Notification pending", "The notification is still to be delivered.")
            case .isUntrue:
                ("untrue", "Notification untrue", "The order was cancelled after what the notification says.")
            case .isErased: ("erased", "Customer erased", "The personal data of the customer was erased.")
            case .isEmpty: ("empty", "Nothing to send", "Neither the message nor what it tells of was kept.")
            }
        return .conflict(detail, type: "/problems/notification-\(type)", title: title)
    }
}
