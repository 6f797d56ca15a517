import HTTPServer
import NotificationApplication
import NotificationDomain

/// What each route of templates is for, and who may call it.
extension Operation {
    static let listTemplates = Operation(
        "listTemplates", "Lists templates by their keys and languages", tag: "Templates",
        access: .roles([.operator, .admin]), parameters: .page(),
        answers: [.page(of: TemplateBody.schema, "The templates.")])
    static let createTemplate = Operation(
        "createTemplate", "Adds a template", tag: "Templates", access: .roles([.admin]),
        details: TemplateBody.variables, parameters: [.idempotencyKey], body: .json(NewTemplateBody.schema),
        answers: [.json(201, TemplateBody.schema, "The template was added.", headers: [.location])] + .conflicts)
    static let getTemplate = Operation(
        "getTemplate", "Shows a template", tag: "Templates", access: .roles([.operator, .admin]),
        parameters: [.templateID, .ifNoneMatch], answers: [.json(200, TemplateBody.schema, "The template.")])
    static let changeTemplate = Operation(
        "changeTemplate", "Changes a template", tag: "Templates", access: .roles([.admin]),
        details: """
            What it said before is kept as a version. The channel of the template without a locale is that of all its
            variants: a change there holds for them, too.
            """,
        parameters: [.templateID, .requiredIfMatch], body: .json(ChangedTemplateBody.schema),
        answers: [.json(200, TemplateBody.schema, "The template as it is now.")] + .conflicts)
    static let deleteTemplate = Operation(
        "deleteTemplate", "Removes a template with all its versions", tag: "Templates", access: .roles([.admin]),
        parameters: [.templateID, .requiredIfMatch],
        answers: [
            .empty(204, "The template is there no more."),
            .problem(VariantRefused.neededByOthers(.orderConfirmed).problem),
        ])

    static let listTemplateVersions = Operation(
        "listTemplateVersions", "Lists what a template said, newest first", tag: "Templates",
        access: .roles([.operator, .admin]), parameters: .page(of: [.templateID]),
        answers: [.page(of: TemplateVersionBody.schema, "The versions.")])
    static let getTemplateVersion = Operation(
        "getTemplateVersion", "Shows one version of a template", tag: "Templates", access: .roles([.operator, .admin]),
        parameters: [.templateID, .version], answers: [.json(200, TemplateVersionBody.schema, "The version.")])
    static let previewTemplate = Operation(
        "previewTemplate", "Shows what a template gives", tag: "Templates", access: .roles([.operator, .admin]),
        routeClass: .read,
        details: """
            It is filled with a sample, in place of whose members those of `data` stand. Texts in the body stand in place
            of the template's own, to be looked at before they are kept. It changes nothing.
            """,
        parameters: [.templateID], body: .json(PreviewTemplateBody.schema),
        answers: [.json(200, TemplatePreviewBody.schema, "What a reader would see.")])
}

extension Operation.Parameter {
    fileprivate static let templateID = path("id", "The template.")
    fileprivate static let version = path(
        "version", .integer(1...Int(Int32.max), example: 1), "The number of the version, from 1.")
}

extension [Operation.Answer] {
    fileprivate static let conflicts: [Operation.Answer] = [
        .problem(TemplateKeyTaken(TemplateVariant(key: .orderConfirmed, locale: .english)).problem),
        .problem(VariantRefused.withoutDefault(.orderConfirmed).problem),
    ]
}
