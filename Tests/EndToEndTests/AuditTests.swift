import DomainKit
import Foundation
import TestKit
import Testing

/// `profiles/audit`, over a shop that is sound and one in which rows were changed by hand.
@Suite(.serialized, .timeLimit(.minutes(5))) struct AuditTests {
    @Test func anAuditFindsASettledShopSoundAndNamesEachRowThatIsBroken() async throws {
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 6)
            var confirmed: [EntityID] = []
            for _ in 0..<3 { confirmed.append(try await shop.placeOrder([(product, 2)])) }
            for id in confirmed { _ = try await shop.order(id, becomes: "Confirmed") }
            let refused = try await shop.placeOrder([(product, 1)])
            // Before something is given back, or it might get that.
            _ = try await shop.order(refused, becomes: "Cancelled")
            let returned = confirmed.removeLast()
            #expect(try await shop.send("POST", "/api/orders/\(returned)/cancel", to: .order).status == 200)

            let sound = try await shop.runAudit("--settle", "60")
            #expect(sound.code == 0, "\(sound.output)")
            #expect(!sound.output.contains("✗"))
            #expect(sound.output.contains("4 orders: 2 Confirmed, 2 Cancelled, 0 Pending"), "\(sound.output)")

            try await shop.break(
                .stock, "UPDATE order_outcomes SET outcome = 'Refused' WHERE order_id = $1", confirmed[0])
            try await shop.break(.notification, "DELETE FROM notifications WHERE order_id = $1", confirmed[1])
            try await shop.break(.stock, "UPDATE stock_items SET on_hand = on_hand + 1 WHERE product_id = $1", product)
            try await shop.break(
                .stock, "DELETE FROM stock_movements WHERE order_id = $1 AND kind = 'return'", returned)
            try await shop.break(
                .order, "UPDATE orders SET status = 'Pending', cancellation_reason = NULL WHERE id = $1", refused)
            _ = try await shop.databases[.stock]?.deadLetter("OrderCreated", about: refused, at: "stock.order-created")
            let broken = try await shop.runAudit()
            #expect(broken.code == 1)
            for line in [
                "✗ every order has ended", "\(refused)  Pending since",
                "✗ every order that ended has the one outcome", "\(confirmed[0])  Confirmed in Order, Refused in Stock",
                "✗ confirmed orders hold what they want",
                "\(returned)  Cancelled, product \(product): wants 0, holds 2",
                "✗ every customer was told", "\(confirmed[1])  order-confirmed: 0 records instead of 1",
                "✗ the stock on hand is the sum", "\(product)  3 on hand, the ledger says 0",
                "✓ nothing is left in an outbox", "✗ no dead letter waits", "stock.order-created, Waiting: poison",
            ] {
                #expect(broken.output.contains(line), "\(line) is missing in:\n\(broken.output)")
            }
        }
    }
}

extension Shop {
    /// Changes one row behind the back of the shop.
    fileprivate func `break`(_ domain: Domain, _ sql: String, _ id: EntityID) async throws {
        let changed = try await databases[domain]?.pool.execute(sql, [.id(id)])
        guard changed == 1 else { throw Failure(description: "\(changed ?? 0) rows changed by \(sql)") }
    }

    /// Runs `profiles/audit` over this shop.
    fileprivate func runAudit(_ arguments: String...) async throws -> (code: Int32, output: String) {
        let inherited = ProcessInfo.processInfo.environment
        var settings = inherited.filter { ["PATH", "HOME", "TMPDIR", "TRADEWIND_RUN_DIR"].contains($0.key) }
        for (domain, database) in databases { settings["\(domain.rawValue.uppercased())_DATABASE_URL"] = database.url }
        settings["AMQP_URL"] = broker.url
        settings["RABBITMQ_MANAGEMENT_URL"] = inherited["TEST_RABBITMQ_MANAGEMENT_URL"]
        let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let outputFile = FileManager.default.temporaryDirectory.appending(path: "tradewind-audit-\(UUID()).log")
        _ = FileManager.default.createFile(atPath: outputFile.path(), contents: nil)
        defer { try? FileManager.default.removeItem(at: outputFile) }
        let output = try FileHandle(forWritingTo: outputFile)
        let process = Process()
        process.executableURL = project.appending(path: "profiles/audit").standardizedFileURL
        process.arguments = arguments
        process.environment = settings
        process.standardOutput = output
        process.standardError = output
        let (exit, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            ended.yield(process.terminationStatus)
            ended.finish()
        }
        try process.run()
        var code: Int32 = -1
        for await status in exit { code = status }
        return (code, try String(contentsOf: outputFile, encoding: .utf8))
    }
}
