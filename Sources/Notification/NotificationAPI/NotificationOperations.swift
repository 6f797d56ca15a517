import HTTPServer
import NotificationApplication
import NotificationDomain

/// What each route of Notification is for, and who may call it.
extension Operation {
    static let listTemplates = Operation(
        "listTemplates", "Lists templates by their keys", tag: "Templates", access: .roles([.operator, .admin]),
        parameters: .page(), answers: [.page(of: TemplateBody.schema, "The templates.")])
    static let createTemplate = Operation(
        "createTemplate", "Adds a template", tag: "Templates", access: .roles([.admin]),
        parameters: [.idempotencyKey], body: .json(NewTemplateBody.schema),
        answers: [
            .json(201, TemplateBody.schema, "The template was added.", headers: [.location]), .problem(.keyTaken),
        ])
    static let getTemplate = Operation(
        "getTemplate", "Shows a template", tag: "Templates", access: .roles([.operator, .admin]),
        parameters: [.templateID, .ifNoneMatch], answers: [.json(200, TemplateBody.schema, "The template.")])
    static let changeTemplate = Operation(
        "changeTemplate", "Changes a template", tag: "Templates", access: .roles([.admin]),
        parameters: [.templateID, .requiredIfMatch], body: .json(ChangedTemplateBody.schema),
        answers: [.json(200, TemplateBody.schema, "The template as it is now."), .problem(.keyTaken)])
    static let deleteTemplate = Operation(
        "deleteTemplate", "Removes a template", tag: "Templates", access: .roles([.admin]),
        parameters: [.templateID, .requiredIfMatch], answers: [.empty(204, "The template is there no more.")])

    static let listNotifications = Operation(
        "listNotifications", "Lists what customers were told, newest first", tag: "Notifications",
        access: .roles([.operator, .admin]),
        parameters: .page(of: [.query("orderId", .uuid, "Only what was said about this order.")]),
        answers: [.page(of: NotificationBody.schema, "The notifications.")])
}

extension Operation.Parameter {
    fileprivate static let templateID = path("id", "The template.")
}

extension Problem {
    fileprivate static let keyTaken = TemplateKeyTaken(.orderConfirmed).problem
}
