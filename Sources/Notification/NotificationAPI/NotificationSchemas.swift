import DomainKit
import JSON

extension CustomerRecordBody {
    /// What the answer is.
    static let schema = JSONSchema.object(
        "CustomerRecord", .required("customerId", .uuid),
        .required("notifications", .array(of: NotificationBody.schema)),
        .required("texts", .array(of: HeldText.schema), "What messages say that were not handled."))
}
