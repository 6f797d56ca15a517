import AMQP
import DomainKit
import Foundation
import JSON
import TestKit
import Testing

/// What the real processes write to their logs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LogTests {
    @Test func theFilterOfTheREADMETellsTheStoryOfOneOrder() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 5)
            let other = try await shop.placeOrder([(product, 1)])
            let id = try await shop.placeOrder([(product, 1)])
            for order in [other, id] { _ = try await shop.order(order, becomes: "Confirmed") }
            let readme = try Shop.contents(of: "README.md")
            let filter = try #require(readme.split(separator: "\n").first { $0.hasPrefix("jq ") })
            let files = shop.logFiles.map { "'\($0)'" }.joined(separator: " ")
            let command = filter.replacing("ORDER_ID", with: id.description).replacing(".run/log/*.log", with: files)
            #expect(command != filter)
            let story = try await eventually("the customer is told") {
                let told = try await run("bash", ["-c", String(command)])
                #expect(told.code == 0, "\(told.output)")
                return told.output.contains("NotificationSent") ? told.output : nil
            }
            let lines = story.split(separator: "\n").map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
            #expect(
                lines == [
                    "order-api OrderCreated", "stock-worker StockProcessCompleted", "order-worker OrderConfirmed",
                    "notification-worker NotificationSent",
                ], "\(story)")
        }
    }

    @Test func everyLineIsOneObjectWithTheSameNamesAndTheEventsOfAnOrderShareItsTrace() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 1)
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let answer = try await shop.send(
                "POST", "/api/orders", to: .order, body: Shop.orderBody([(product, 1)]),
                headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"])
            let id = try #require(answer.body["orderId"]?.stringValue.flatMap { EntityID($0) })
            _ = try await shop.order(id, becomes: "Confirmed")
            let events = try await eventually("all events of the order are logged") {
                let events = try shop.logLines().filter { $0["order_id"]?.stringValue == id.description }
                return events.contains { $0["event"] == .string("NotificationSent") } ? events : nil
            }
            for line in try shop.logLines() {
                #expect(line["timestamp"]?.stringValue.flatMap { Timestamp($0) } != nil)
                for name in ["severity_text", "body", "service.name"] { #expect(line[name]?.stringValue != nil) }
            }
            for event in events {
                #expect(event["body"] == .string("event committed"))
                #expect(event["trace_id"] == .string(trace), "\(event.jsonText)")
                #expect(event["span_id"]?.stringValue?.utf8.count == 16)
                #expect(event["message_id"]?.stringValue.flatMap { EntityID($0) } != nil)
                #expect(event["correlation_id"]?.stringValue != nil)
            }
        }
    }

    private static let secrets = [
        "Zebedee Quux", "zebedee.quux@example.net", "47 Rue Imaginaire", "Atlantisville", "my private reason",
    ]

    private static func body(_ product: EntityID, _ quantity: Int, email: String = secrets[1]) -> String {
        """
        {"customerId": "\(EntityID.v7())", "items": [{"productId": "\(product)", "quantity": \(quantity)}],
         "contact": {"name": "\(secrets[0])", "email": "\(email)"},
         "shippingAddress": {"street": "\(secrets[2])", "city": "\(secrets[3])", "zipCode": "12345"}}
        """
    }

    /// At the lowest level, with orders that go well, orders that do not, and messages that nobody can handle.
    @Test func nothingThatIsAboutAPersonGetsIntoALog() async throws {
        try await Shop.with(settings: ["LOG_LEVEL": "trace"]) { shop in
            let product = try await shop.addProduct(stock: 1)
            var ids: [EntityID] = []
            for quantity in [1, 2] {
                let answer = try await shop.send(
                    "POST", "/api/orders", to: .order, body: Self.body(product, quantity))
                ids.append(try #require(answer.body["orderId"]?.stringValue.flatMap { EntityID($0) }, "\(answer.body)"))
            }
            _ = try await shop.order(ids[0], becomes: "Confirmed")
            _ = try await shop.order(ids[1], becomes: "Cancelled")
            let refused = try await shop.send(
                "POST", "/api/orders", to: .order, body: Self.body(product, 1, email: "\(Self.secrets[1]) and more"))
            #expect(refused.status == 422 || refused.status == 400)
            let reason = #"{"reason": "\#(Self.secrets[4])"}"#
            let cancelled = try await shop.send("POST", "/api/orders/\(ids[0])/cancel", to: .order, body: reason)
            #expect(cancelled.status == 200)
            // The database refuses a row, and repeats it; a message cannot be read, and repeats what it holds.
            try await shop.refuseNotifications()
            let last = try await shop.send("POST", "/api/orders", to: .order, body: Self.body(product, 1))
            #expect(last.status == 201)
            try await shop.broker.publish([
                OutgoingMessage(
                    exchange: "", routingKey: "stock.order-created", messageID: EntityID.v7().description,
                    type: "OrderCreated", body: Array(Self.body(product, 1).utf8))
            ])
            _ = try await eventually("a message is given up by two workers") {
                let dead = try shop.logLines().filter { $0["body"] == .string("message moved to the dead letters") }
                return Set(dead.compactMap { $0["service.name"]?.stringValue }).count == 2 ? true : nil
            }
            let all = try shop.logText()
            #expect(all.contains("request answered") && all.contains("event committed"))
            for secret in Self.secrets { #expect(!all.contains(secret), "\(secret) is in the log") }
        }
    }

    @Test func aSignalMovesTheLevelWithoutARestart() async throws {
        try await Shop.with { shop in
            let (process, client) = try await shop.startAPI(of: .stock)
            func debugLines() -> Int { process.log.split(separator: "\n").count { $0.contains("\"DEBUG\"") } }
            _ = try await client.send("GET", "/api/stocks")
            #expect(debugLines() == 0)
            process.signal(SIGUSR1)
            _ = try await eventually("it tells of the new level") {
                process.log.contains(#""body":"log level changed""#) ? true : nil
            }
            _ = try await client.send("GET", "/api/stocks")
            _ = try await eventually("it logs more") { debugLines() > 0 ? true : nil }
            process.signal(SIGUSR2)
            _ = try await eventually("it tells of the old level") {
                process.log.contains(#""level":"info""#) ? true : nil
            }
            let before = debugLines()
            _ = try await client.send("GET", "/api/stocks")
            #expect(debugLines() == before)
            #expect(await process.stop() == 0)
        }
    }

    @Test func textIsForPeopleAndColourForTerminalsOnly() async throws {
        try await Shop.with { shop in
            let settings = shop.settings(of: .stock).merging(["LOG_FORMAT": "text", "TERM": "xterm"]) { $1 }
            let process = try ServerProcess("stock-api", settings: settings)
            _ = try await eventually("it serves") { process.log.contains("serving HTTP") ? true : nil }
            let line = try #require(process.log.split(separator: "\n").first { $0.contains("serving HTTP") })
            #expect(line.contains(" INFO  stock-api: serving HTTP address=127.0.0.1:"), "\(line)")
            #expect(!process.log.contains("\u{1B}"))
            #expect(await process.stop() == 0)
        }
    }
}

extension Shop {
    /// The text of all logs of this shop's processes.
    fileprivate func logText() throws -> String {
        try logFiles.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    }

    fileprivate func logLines() throws -> [JSONValue] {
        // The last line may be on its way.
        try logText().split(separator: "\n").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Lets Notification's database refuse every notification with a message that repeats its row.
    fileprivate func refuseNotifications() async throws {
        _ = try await databases[.notification]?.pool.execute(
            "ALTER TABLE notifications ADD CONSTRAINT none CHECK (id IS NULL) NOT VALID")
    }
}
