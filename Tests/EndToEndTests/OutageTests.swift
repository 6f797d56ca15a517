import DomainKit
import JSON
import TestKit
import Testing

/// The shop while one of its servers is away. It is away behind a proxy, so that the other tests keep theirs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OutageTests {
    /// Whether the database refuses connections, or has them and says nothing.
    enum Outage: CaseIterable { case refuses, hangs }

    @Test(arguments: Shop.Domain.allCases, Outage.allCases)
    func anAPIWhoseDatabaseIsAwayAnswers503AndGoesOnByItself(
        _ domain: Shop.Domain, _ outage: Outage
    ) async throws {
        try await Shop.with(workers: domain == .order ? 1 : 0) { shop in
            let product = domain == .order ? try await shop.addProduct(stock: 0) : .v7()
            let database = try #require(shop.databases[domain])
            try await database.withProxy { proxy, url in
                let client = try await shop.startAPI(
                    of: domain, with: ["DATABASE_URL": url, "HTTP_REQUEST_DEADLINE": "2s"]
                ).client
                #expect(try await shop.change(domain, product, through: client).status == 201)
                let before = try await shop.effects(of: domain)
                switch outage {
                case .refuses: proxy.goAway(true)
                case .hangs: proxy.stall(true)
                }
                for _ in 0..<3 {
                    let answer = try await shop.change(domain, product, through: client)
                    #expect(answer.status == 503, "\(answer.text)")
                    #expect(answer.header("Retry-After").flatMap { Int($0) } ?? 0 > 0)
                    #expect(answer.header("Content-Type") == "application/problem+json")
                    #expect(answer.json["status"]?.integerValue == 503)
                    #expect(answer.json["title"]?.stringValue?.isEmpty == false)
                }
                #expect(try await client.send("GET", "/health/live").status == 200)
                _ = try await eventually("it is not ready") {
                    try await client.send("GET", "/health/ready").status == 503 ? true : nil
                }
                proxy.goAway(false)
                proxy.stall(false)
                _ = try await eventually("it is ready again") {
                    try await client.send("GET", "/health/ready").status == 200 ? true : nil
                }
                #expect(try await shop.change(domain, product, through: client).status == 201)
                if outage == .refuses { #expect(try await shop.effects(of: domain) == before + 1) }
            }
        }
    }

    @Test func ordersAreTakenWhileTheBrokerIsAwayAndEndOnceItIsBack() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 40)
            try await shop.broker.withProxy { proxy, url in
                for domain in try await shop.stopWorkers() {
                    try await shop.startWorker(of: domain, with: ["AMQP_URL": url])
                }
                let first = try await shop.placeOrder([(product, 1)])
                _ = try await shop.order(first, becomes: "Confirmed")
                proxy.goAway(true)
                var placed: [EntityID] = []
                for _ in 0..<50 { placed.append(try await shop.placeOrder([(product, 1)])) }
                for id in placed { #expect(try await shop.order(id).status == "Pending") }
                proxy.goAway(false)
                for id in placed {
                    _ = try await eventually("order \(id) ends") {
                        try await shop.order(id).status == "Pending" ? nil : true
                    }
                }
                try await shop.settles()
                try await shop.audit(received: [product: 40])
                #expect(
                    try await shop.count("SELECT count(*) FROM orders WHERE status = 'Confirmed'", in: .order) == 40)
            }
        }
    }
}
