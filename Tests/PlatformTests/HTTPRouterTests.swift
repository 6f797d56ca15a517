import Testing

@testable import HTTPServer

@Suite struct HTTPRouterTests {
    private let router: Router

    init() {
        var router = Router()
        for (method, template) in [
            (HTTPMethod.get, "/api/orders"), (.post, "/api/orders"), (.get, "/api/orders/{orderId}"),
            (.get, "/api/orders/latest"), (.post, "/api/orders/{orderId}/cancel"), (.delete, "/api/orders/{orderId}"),
            (.get, "/"),
        ] {
            router.on(method, template, .test) { request in .text(200, "\(request.method) \(template)") }
        }
        self.router = router
    }

    private func template(_ method: HTTPMethod?, _ path: String) throws -> String {
        try router.match(method, path).route.template
    }

    @Test func aRequestTakesTheRouteOfItsMethodAndPath() throws {
        #expect(try template(.get, "/api/orders") == "/api/orders")
        #expect(try template(.post, "/api/orders/7/cancel") == "/api/orders/{orderId}/cancel")
        #expect(try template(.get, "/") == "/")
    }

    @Test func textIsPreferredToAName() throws {
        #expect(try template(.get, "/api/orders/latest") == "/api/orders/latest")
        #expect(try template(.get, "/api/orders/late") == "/api/orders/{orderId}")
    }

    @Test func parametersArePercentDecodedAfterThePathIsSplit() throws {
        #expect(try router.match(.get, "/api/orders/a%2Fb%20c").parameters == ["orderId": "a/b c"])
        #expect(try router.match(.get, "/api/%6Frders").route.template == "/api/orders")
    }

    @Test(arguments: ["/api/orders/%zz", "/api/orders/%4", "/api/orders/%ff", "/api/orders/%00"])
    func aPathThatIsNotEncodedUTF8IsA400(path: String) {
        #expect(throws: Problem.badRequest("The path is not percent-encoded UTF-8.")) { try template(.get, path) }
    }

    @Test(arguments: ["/api/order", "/api/orders/", "/api/orders//cancel", "//api/orders", "", "/api", "*"])
    func aPathThatNoTemplateFitsIsA404(path: String) {
        #expect(throws: Problem.notFound()) { try template(.get, path) }
    }

    @Test func aWrongMethodIsA405ThatTellsTheRightOnes() throws {
        let problem = #expect(throws: Problem.self) { try template(.put, "/api/orders/7") }
        #expect(problem?.status == 405)
        #expect(problem?.headers["allow"] == "GET, HEAD, DELETE, OPTIONS")
        #expect(throws: Problem.self) { try template(nil, "/api/orders") }
    }

    @Test func headTakesTheRouteOfGet() throws {
        #expect(try template(.head, "/api/orders/7") == "/api/orders/{orderId}")
    }

    @Test func everyTemplateTellsItsMethods() async throws {
        let match = try router.match(.options, "/api/orders/7")
        #expect(match.route.template == "/api/orders/{orderId}")
        let response = try await match.route.handler(HTTPRequest(.options, "/api/orders/7"))
        #expect(response.status == 204)
        #expect(response.headers["allow"] == "GET, HEAD, DELETE, OPTIONS")
        #expect(throws: Problem.notFound()) { try router.match(.options, "/api/other") }
    }

    @Test func routesCanBeListedAndTheLastDefinitionHolds() throws {
        var router = router
        router.get("/api/orders", .test) { _ in .empty(204) }
        #expect(router.routes.count == 7)
        #expect(router.routes.last?.template == "/api/orders")
    }
}
