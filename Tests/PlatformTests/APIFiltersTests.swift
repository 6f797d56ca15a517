import Observability
import Postgres
import Testing

@testable import HTTPServer
@testable import Runtime

/// What the order of an API's filters is good for.
@Suite struct APIFiltersTests {
    private let responder: Responder
    private let match: RouteMatch

    init() throws {
        let values = [
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "AUTH_JWKS": "/nowhere", "AUTH_ISSUER": "issuer",
            "AUTH_AUDIENCE": "shop", "CORS_ALLOWED_ORIGINS": "https://shop.example",
            "RATE_LIMIT_ADDRESS_REQUESTS": "1", "RATE_LIMIT_WINDOW": "1h",
        ]
        let settings = try APISettings(Environment(values), defaultPort: 1)
        let filters = APIFilters(settings, sharing: PostgresPool(settings.database), logger: .silent)
        var router = Router()
        let operation = Operation("getThings", "Shows things", tag: "Tests", access: .anyRole)
        router.get("/things", operation) { _ in .empty() }
        responder = Responder(filters: filters.inOrder, logger: .silent)
        match = try router.match(.get, "/things")
    }

    @Test func whoGuessesTokensIsSlowedDownAndPagesOfOtherOriginsCanReadThat() async {
        var answers: [HTTPResponse] = []
        // Three, because a window may end between the first and the second.
        for _ in 0..<3 {
            let request = HTTPRequest(.get, "/things", headers: ["Origin": "https://shop.example"])
            answers.append(await responder.respond(to: request, by: match))
        }
        #expect(answers.first?.status == 401 && answers.last?.status == 429)
        let origins = answers.map { $0.headers["Access-Control-Allow-Origin"] }
        #expect(Set(origins) == ["https://shop.example"])
    }
}
