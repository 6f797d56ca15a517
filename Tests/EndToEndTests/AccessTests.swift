import Cryptography
import DeadLetterAPI
import DomainKit
import Encodings
import HTTPServer
import JSON
import Messaging
import NotificationAPI
import NotificationInfrastructure
import OrderAPI
import OrderInfrastructure
import PersonalDataAPI
import Postgres
import StockAPI
import StockInfrastructure
import TestKit
import Testing

/// Every route of every API is called with every role, without a token, and with tokens that must not count.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AccessTests {
    private static let everybody: [Role] = [.customer, .operator, .admin]
    private static let staff: [Role] = [.operator, .admin]

    /// Who may call what: for a person to review. Whoever changes who may call a route changes it here, too.
    private static let table: [Shop.Domain: [(String, [Role])]] = [
        .order: [
            ("POST /api/orders", everybody),
            ("GET /api/orders", everybody),
            ("GET /api/orders/{orderId}", everybody),
            ("POST /api/orders/{orderId}/cancel", everybody),
            ("GET /api/orders/{orderId}/timeline", everybody),
            ("GET /api/customers/{customerId}/data", [.customer, .admin]),
            ("DELETE /api/customers/{customerId}/data", [.customer, .admin]),
        ],
        .stock: [
            ("PUT /api/products/{productId}", [.admin]),
            ("GET /api/products/{productId}", everybody),
            ("GET /api/products", everybody),
            ("POST /api/stocks/{productId}/adjustments", [.admin]),
            ("GET /api/stocks/{productId}", staff),
            ("GET /api/stocks", staff),
        ],
        .notification: [
            ("GET /api/notification-templates", staff),
            ("POST /api/notification-templates", [.admin]),
            ("GET /api/notification-templates/{id}", staff),
            ("PUT /api/notification-templates/{id}", [.admin]),
            ("DELETE /api/notification-templates/{id}", [.admin]),
            ("GET /api/notification-templates/{id}/versions", staff),
            ("GET /api/notification-templates/{id}/versions/{version}", staff),
            ("POST /api/notification-templates/{id}/preview", staff),
            ("GET /api/notifications", staff),
            ("GET /api/notifications/{id}", staff),
            ("POST /api/notifications/{id}/resend", staff),
            ("GET /api/customers/{customerId}/preferences", [.customer, .admin]),
            ("PUT /api/customers/{customerId}/preferences", [.customer, .admin]),
            ("GET /api/customers/{customerId}/data", [.customer, .admin]),
            ("DELETE /api/customers/{customerId}/data", [.customer, .admin]),
        ],
    ]
    private static let ofEachDomain: [(String, [Role])] = [
        ("GET /api/dead-letters", staff),
        ("GET /api/dead-letters/{messageId}", staff),
        ("POST /api/dead-letters/{messageId}/redrive", staff),
        ("DELETE /api/dead-letters/{messageId}", staff),
        ("POST /api/dead-letters/redrive", staff),
        ("GET /api/dead-letters/redrives/{redriveId}", staff),
    ]

    private func expected(_ domain: Shop.Domain) -> [String: Set<Role>] {
        let rows = (Self.table[domain] ?? []) + Self.ofEachDomain
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.0, Set($0.1)) })
    }

    /// The routes as their modules declare them. Nothing is connected, since nothing is asked.
    private func declared(_ domain: Shop.Domain) -> Router {
        let pool = PostgresPool(PostgresSettings(url: "postgresql://nobody@127.0.0.1:1/nothing", poolSize: 1))
        let units = PostgresUnitOfWorkProvider(pool)
        let keys = PostgresIdempotencyKeys()
        var router = Router()
        switch domain {
        case .order:
            OrderRoutes(
                units: units, orders: PostgresOrderRepository(), queries: PostgresOrderQueries(pool),
                prices: PostgresPriceList(), keys: keys
            ).add(to: &router)
            CustomerDataRoutes(units, customers: OrderInfrastructure.PostgresCustomerData(pool)).add(to: &router)
        case .stock:
            let catalog = PostgresStockCatalog(pool)
            ProductRoutes(units, products: PostgresProductRepository(), catalog: catalog).add(to: &router)
            StockRoutes(units, stock: PostgresStockRepository(), catalog: catalog, keys: keys).add(to: &router)
        case .notification:
            TemplateRoutes(
                units, templates: PostgresTemplateRepository(), catalog: PostgresTemplateCatalog(pool),
                renderer: MustacheRenderer(),
                composer: .standard, keys: keys
            ).add(to: &router)
            NotificationRoutes(
                units, log: PostgresNotificationLog(pool), notifications: PostgresNotificationRepository(),
                queue: PostgresDeliveryQueue(pool), templates: PostgresTemplateRepository(), keys: keys
            ).add(to: &router)
            PreferencesRoutes(units, preferences: PostgresCustomerPreferences(pool)).add(to: &router)
            CustomerDataRoutes(units, customers: NotificationInfrastructure.PostgresCustomerData(pool))
                .add(to: &router)
        }
        DeadLetterRoutes(DeadLetterStore(pool), keys: keys).add(to: &router)
        return router
    }

    @Test(arguments: Shop.Domain.allCases) func whatIsDeclaredIsWhatWasReviewed(_ domain: Shop.Domain) {
        var found: [String: Set<Role>] = [:]
        for route in declared(domain).routes {
            guard case .roles(let roles) = route.operation.access else { continue }
            found["\(route.method.rawValue) \(route.template)"] = roles
        }
        #expect(found == expected(domain))
    }

    @Test func everyRouteAnswersEachRoleAsDeclared() async throws {
        try await Shop.with(workers: 0) { shop in
            let tokens = try Dictionary(
                uniqueKeysWithValues: Role.allCases.map { role in
                    (role, try shop.issuer.token(role.rawValue, subject: EntityID.v7().description))
                })
            let stranger = try shop.issuer.token("auditor")
            for domain in Shop.Domain.allCases {
                let client = try HTTPClient(port: shop.api(domain).port)
                for (route, roles) in expected(domain) {
                    for role in Role.allCases {
                        let answer = try await call(route, on: client, token: tokens[role])
                        let isLetIn = answer.status != 401 && answer.status != 403
                        #expect(isLetIn == roles.contains(role), "\(route) as \(role): \(answer.status)")
                        #expect(isLetIn || answer.status == 403)
                        #expect(answer.status < 500, "\(route) as \(role): \(answer.text)")
                    }
                    let nobody = try await call(route, on: client, token: nil)
                    #expect(nobody.status == 401, "\(route)")
                    #expect(nobody.header("WWW-Authenticate") == #"Bearer realm="tradewind""#)
                    let powerless = try await call(route, on: client, token: stranger)
                    #expect(powerless.status == 403, "\(route)")
                    #expect(powerless.header("WWW-Authenticate")?.contains("insufficient_scope") == true)
                }
            }
        }
    }

    @Test func noRouteTakesATokenThatMustNotCount() async throws {
        try await Shop.with(workers: 0) { shop in
            let bad = try badTokens(shop.issuer)
            for domain in Shop.Domain.allCases {
                let client = try HTTPClient(port: shop.api(domain).port)
                for route in expected(domain).keys {
                    for (what, token) in bad {
                        let answer = try await call(route, on: client, token: token)
                        #expect(answer.status == 401, "\(route) with \(what)")
                        #expect(
                            answer.header("WWW-Authenticate")?.contains(#"error="invalid_token""#) == true,
                            "\(route) with \(what)")
                    }
                }
                for path in ["/health/live", "/health/ready", "/health/startup", "/metrics"] {
                    let open = try await call("GET \(path)", on: client, token: nil)
                    #expect(open.status == 200, "\(path)")
                }
            }
        }
    }

    /// Tokens of an admin, each with one thing wrong.
    private func badTokens(_ issuer: TestIssuer) throws -> [(String, String)] {
        let claims = issuer.claims(roles: ["admin"])
        func changed(_ name: String, _ value: JSONValue?) throws -> String {
            var claims = claims
            claims[name] = value
            return try issuer.token(claims)
        }
        func forged(_ algorithm: String, _ signature: ([UInt8]) -> [UInt8]) -> String {
            var header = issuer.header
            header["alg"] = .string(algorithm)
            let input = TestIssuer.signingInput(header, claims)
            return "\(input).\(Base64URL.encode(signature(Array(input.utf8))))"
        }
        let good = try issuer.token(claims)
        var untyped = issuer.header
        untyped["typ"] = .string("JWT")
        return [
            ("one that has expired", try changed("exp", .integer(1_700_000_000))),
            ("one that is not valid yet", try changed("nbf", .integer(4_000_000_000))),
            ("another audience", try changed("aud", .string("elsewhere"))),
            ("another issuer", try changed("iss", .string("https://other.test"))),
            ("no subject", try changed("sub", nil)),
            ("no end", try changed("exp", nil)),
            ("another type", try issuer.token(claims, header: untyped)),
            ("no signature", forged("none") { _ in [] }),
            ("HMAC with the public key", forged("HS256") { hmacSHA256($0, key: issuer.key.publicKeyInfo) }),
            ("a stranger's key of the same name", try TestIssuer().token(claims)),
            ("a key that nobody knows", try TestIssuer(keyID: "unknown").token(claims)),
            ("a byte more", good + "A"), ("only its beginning", String(good.prefix(40))), ("rubbish", "rubbish"),
        ]
    }

    private func call(_ route: String, on client: HTTPClient, token: String?) async throws -> HTTPAnswer {
        let words = route.split(separator: " ").map(String.init)
        let path = words[1].split(separator: "/").map { $0.hasPrefix("{") ? EntityID.v7().description : String($0) }
        var headers = ["Content-Type": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        let body = ["POST", "PUT"].contains(words[0]) ? "{}" : ""
        return try await client.send(words[0], "/" + path.joined(separator: "/"), headers: headers, json: body)
    }
}
