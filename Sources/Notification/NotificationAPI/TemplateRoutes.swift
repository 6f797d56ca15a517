import DomainKit
import HTTPServer
import JSON
import NotificationApplication
import NotificationDomain

/// `/api/notification-templates`: what customers are told.
public struct TemplateRoutes: Sendable {
    private static let path = "/api/notification-templates"

    private let units: any UnitOfWorkProvider
    private let once: OnceOnly
    private let check: CheckTemplate
    private let create: CreateTemplate
    private let change: ChangeTemplate
    private let delete: DeleteTemplate
    private let get: GetTemplate
    private let list: ListTemplates
    private let catalog: any TemplateCatalog
    private let preview: PreviewTemplate

    /// - Parameters:
    ///   - units: opens one unit of work for each request that changes something.
    ///   - templates: where templates are changed.
    ///   - catalog: where they are read.
    ///   - renderer: says what is no template.
    ///   - composer: shows what a template gives.
    ///   - keys: where answers to requests with an idempotency key are kept.
    public init(
        _ units: any UnitOfWorkProvider, templates: any TemplateRepository, catalog: any TemplateCatalog,
        renderer: any MessageRenderer, composer: MessageComposer, keys: any IdempotencyKeys
    ) {
        self.units = units
        once = OnceOnly(units, keys: keys)
        check = CheckTemplate(renderer)
        create = CreateTemplate(templates, check: check)
        change = ChangeTemplate(templates, check: check)
        delete = DeleteTemplate(templates)
        get = GetTemplate(catalog)
        list = ListTemplates(catalog)
        self.catalog = catalog
        preview = PreviewTemplate(catalog, check: check, composer: composer)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, .listTemplates, handler: getPage)
        router.post(Self.path, .createTemplate, handler: post)
        router.get("\(Self.path)/{id}", .getTemplate, handler: getOne)
        router.put("\(Self.path)/{id}", .changeTemplate, handler: put)
        router.delete("\(Self.path)/{id}", .deleteTemplate, handler: deleteOne)
        router.get("\(Self.path)/{id}/versions", .listTemplateVersions, handler: getVersions)
        router.get("\(Self.path)/{id}/versions/{version}", .getTemplateVersion, handler: getVersion)
        router.post("\(Self.path)/{id}/preview", .previewTemplate, handler: postPreview)
    }

    @Sendable private func getPage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let page = try request.page()
        let templates = try await list(after: try page.position { TemplateVariant($0) }, limit: page.limit + 1)
        return .page(Page(templates.map(TemplateBody.init), for: page, position: \.position), of: request)
    }

    @Sendable private func post(_ request: HTTPRequest) async throws -> HTTPResponse {
        let draft = try read(request, as: NewTemplateBody.self).draft
        return try await once(request) { [create] work in
            let template = try await create(draft, in: work)
            return .json(201, TemplateBody(template), headers: ["Location": "\(Self.path)/\(template.id)"])
        }
    }

    @Sendable private func getOne(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let template = try await get(try request.id("id")) else { throw Problem.notFound() }
        return try .tagged(TemplateBody(template), for: request)
    }

    @Sendable private func put(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        let condition = try request.requiredPrecondition()
        let wanted = try read(request, as: ChangedTemplateBody.self).change
        let template = try await units.perform { [change] work in
            try await change(id, to: wanted, in: work) { try condition.check(TemplateBody($0)) }
        }
        guard let template else { throw Problem.notFound() }
        return .json(200, TemplateBody(template)).tagged
    }

    @Sendable private func deleteOne(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        let condition = try request.requiredPrecondition()
        let isDeleted = try await units.perform { [delete] work in
            try await delete(id, in: work) { try condition.check(TemplateBody($0)) }
        }
        guard isDeleted else { throw Problem.notFound() }
        return .empty()
    }

    @Sendable private func getVersions(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        let page = try request.page()
        let versions = try await catalog.versions(
            of: id, before: try page.position(versionNumber), limit: page.limit + 1)
        if versions.isEmpty, try await get(id) == nil { throw Problem.notFound() }
        return .page(Page(versions.map(TemplateVersionBody.init), for: page, position: \.position), of: request)
    }

    @Sendable private func getVersion(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        guard let number = versionNumber(request.path("version")),
            let version = try await catalog.version(number, of: id)
        else { throw Problem.notFound() }
        return .json(200, TemplateVersionBody(version))
    }

    @Sendable private func postPreview(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try request.id("id")
        let wish = try request.decode(PreviewTemplateBody.self).wish
        guard let shown = try await preview(id, wish) else { throw Problem.notFound() }
        return .json(200, TemplatePreviewBody(shown))
    }

    /// The body of `request`.
    /// - Throws: 422 with all faults at once: those of the fields, and those in what the texts say as templates.
    private func read<Body: JSONDecodable>(_ request: HTTPRequest, as type: Body.Type) throws(Problem) -> Body {
        let document = try request.decode(JSONValue.self)
        let broken = check(
            subject: document["subject"]?.stringValue, textBody: document["textBody"]?.stringValue,
            htmlBody: document["htmlBody"]?.stringValue,
            of: document["key"]?.stringValue.flatMap { TemplateKey($0) })
        var faults: [JSONFault] = []
        do throws(JSONFaults) {
            let body = try JSONReader.decode(type, from: document)
            if broken.isEmpty { return body }
        } catch {
            faults = error.faults
        }
        throw .unprocessable(faults + broken)
    }
}

/// The number of a version; nil where `text` is none.
private func versionNumber(_ text: String) -> Int? {
    Int(text).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil }
}
