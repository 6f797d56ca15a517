import JSON

extension Router {
    /// Adds what describes the API, from the operations of its routes: `/openapi.json` for programs and `/docs` for people.
    /// To be called when all other routes are there.
    public mutating func addDescription(_ description: APIDescription) {
        get("/openapi.json", .getOpenAPI) { _ in .empty() }
        get(DocumentationPage.path, .getDocumentation) { _ in .empty() }
        get(DocumentationPage.stylePath, .getDocumentationStyle) { _ in
            .text(200, DocumentationPage.style, contentType: "text/css; charset=utf-8")
        }
        // Written once, with what describes it among the routes.
        let document = OpenAPIDocument(description: description, routes: described).jsonBytes
        let documents = described.tagged(Operation.descriptionTag).filter { $0.route.template.hasSuffix(".json") }
        let page = DocumentationPage(
            description: description, routes: described,
            documents: documents.map { (name: $0.operation.summary, path: $0.route.template) })
        let html = Array(page.html.utf8)
        get("/openapi.json", .getOpenAPI) { _ in
            HTTPResponse(headers: ["Content-Type": "application/json"], body: document)
        }
        get(DocumentationPage.path, .getDocumentation) { _ in
            HTTPResponse(
                headers: [
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Security-Policy": DocumentationPage.securityPolicy,
                ], body: html)
        }
    }
}

extension Operation {
    /// The heading of what describes an API.
    public static let descriptionTag = "Description"

    fileprivate static let getOpenAPI = Operation(
        "getOpenAPI", "OpenAPI 3.1", tag: descriptionTag, access: .open,
        answers: [.json(200, JSONSchema(.map(of: .any)), "This document.")])
    fileprivate static let getDocumentation = Operation(
        "getDocumentation", "The API on a page for people", tag: descriptionTag, access: .open,
        answers: [.text("text/html", "The page.", example: "<!doctype html>")])
    fileprivate static let getDocumentationStyle = Operation(
        "getDocumentationStyle", "The style of that page", tag: descriptionTag, access: .open,
        answers: [.text("text/css", "The style.", example: "body { margin: 0 }")])
}
