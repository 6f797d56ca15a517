import HTTPServer
import JSON
import Messaging

extension Router {
    /// Adds `/asyncapi.json`, which describes the messages of the domain.
    public mutating func addMessages(_ catalog: MessageCatalog) {
        let document = AsyncAPIDocument(catalog).jsonBytes
        get("/asyncapi.json", .getAsyncAPI) { _ in
            HTTPResponse(headers: ["Content-Type": "application/json"], body: document)
        }
    }
}

extension Operation {
    fileprivate static let getAsyncAPI = Operation(
        "getAsyncAPI", "AsyncAPI 3.0", tag: descriptionTag, access: .open,
        answers: [.json(200, JSONSchema(.map(of: .any)), "What the domain publishes and consumes.")])
}
