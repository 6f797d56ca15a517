import DomainKit
import JSON
import Postgres
import TestKit
import Testing

/// A worker of Notification that dies between taking a delivery and its recorded result. The figures are those of
/// docs/reliability.md.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DeliveryCrashTests {
    /// How far it has come when it dies.
    enum Step: String, CaseIterable {
        /// It has taken the delivery, and asks the customer service.
        case taken
        /// The mail server has been called, and has said nothing yet.
        case connected
        /// The mail server has not said yet whether it wants the message.
        case announced
        /// The mail server has the message, and has not said so.
        case handedOver
        /// The mail server has said so, and the database has not recorded it yet.
        case unrecorded
        /// It is recorded.
        case recorded

        /// How often the mail server has got the message in the end: twice only where nobody can know that it has it.
        var mails: Int { self == .handedOver || self == .unrecorded ? 2 : 1 }
    }

    @Test func whereverAWorkerDiesTheCustomerIsToldAndADoubleIsTheSameMessage() async throws {
        let mail = try TestMailServer()
        let customers = try StubHTTPServer()
        defer { customers.close() }
        let settings = [
            "SMTP_URL": mail.url(), "MAIL_FROM": "Shop <shop@example.com>", "CUSTOMER_SERVICE_URL": customers.url,
            "CUSTOMER_SERVICE_TIMEOUT": "60s",
        ]
        try await Shop.with { shop in
            let product = try await shop.addProduct(stock: 100)
            await shop.killWorker(of: .notification)
            let recording = try await shop.mailsAndHolds()
            for step in Step.allCases {
                try mail.behave { mode in
                    switch step {
                    case .connected: mode.greeting = "hang"
                    case .announced: mode.recipient = "hang"
                    case .handedOver: mode.message = "hang"
                    case .taken, .unrecorded, .recorded: break
                    }
                }
                if step == .taken { customers.behave(.hang) }
                let (asked, sessions) = (customers.requests.count, mail.sessions)
                try await shop.startWorker(of: .notification, with: settings)
                let id = try await recording.while(step == .unrecorded) {
                    let id = try await shop.placeOrder([(product, 1)])
                    _ = try await eventually("a worker has come as far as \(step)") {
                        let isThere =
                            switch step {
                            case .taken: customers.requests.count > asked
                            case .connected, .announced: mail.sessions > sessions
                            case .handedOver: try mail.count(of: id) == 1
                            case .unrecorded: try await recording.isWaitedFor()
                            case .recorded: try await shop.notifications(of: id) == ["order-confirmed Sent"]
                            }
                        return isThere ? true : nil
                    }
                    await shop.killWorker(of: .notification)
                    return id
                }
                try mail.behave()
                customers.answer(404)
                try await shop.endLeases()
                try await shop.startWorker(of: .notification, with: settings)
                _ = try await eventually("the customer is told, after \(step)") {
                    try await shop.notifications(of: id) == ["order-confirmed Sent"] ? true : nil
                }
                #expect(await shop.stopWorkers(of: .notification) == 0)
                let mails = try mail.mails().filter { $0.text.contains(id.description) }
                #expect(mails.count == step.mails, "after \(step)")
                #expect(Set(mails.map { $0["Message-ID"] }).count == 1, "after \(step)")
                #expect(mails.allSatisfy { $0.to == ["jane@example.com"] })
                let attempts = try await shop.count(
                    "SELECT attempts FROM notifications WHERE order_id = '\(id)'", in: .notification)
                #expect(attempts == 1, "after \(step)")
            }
            let notifications = try await shop.count("SELECT count(*) FROM notifications", in: .notification)
            #expect(notifications == Int64(Step.allCases.count))
            #expect(try await shop.count("SELECT count(*) FROM deliveries", in: .notification) == 0)
        }
    }
}

extension TestMailServer {
    /// How many mails it has got that tell of the order.
    fileprivate func count(of order: EntityID) throws -> Int {
        try mails().count { $0.text.contains(order.description) }
    }
}

extension Shop {
    fileprivate func notificationPool() throws -> PostgresPool {
        guard let database = databases[.notification] else { throw Failure(description: "no notification database") }
        return database.pool
    }

    /// Lets time pass until every lease has ended.
    fileprivate func endLeases() async throws {
        try await notificationPool().execute("UPDATE deliveries SET due_at = now() WHERE due_at IS NOT NULL")
    }

    /// Stops the only worker of a domain.
    /// - Returns: its exit code.
    fileprivate func stopWorkers(of domain: Domain) async -> Int32 { await takeWorker(of: domain)?.stop() ?? -1 }

    /// Has confirmations go by mail, and whatever is recorded as sent wait for a lock that the test can hold.
    fileprivate func mailsAndHolds() async throws -> RecordingHold {
        let pool = try notificationPool()
        try await pool.execute("UPDATE notification_templates SET channel = 'email'")
        try await pool.execute(
            """
            CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(\(RecordingHold.lock));
                RETURN NEW;
            END $$
            """)
        try await pool.execute(
            """
            CREATE TRIGGER wait_for_test BEFORE UPDATE ON notifications FOR EACH ROW WHEN (NEW.status = 'Sent')
            EXECUTE FUNCTION wait_for_test()
            """)
        return RecordingHold(pool: pool)
    }
}

/// Keeps workers from recording that something was sent.
private struct RecordingHold: Sendable {
    static let lock = 4_242
    let pool: PostgresPool

    /// Does `body`, and nothing can be recorded meanwhile where `isHeld`.
    func `while`(_ isHeld: Bool, _ body: @Sendable () async throws -> EntityID) async throws -> EntityID {
        guard isHeld else { return try await body() }
        return try await pool.transaction { sql in
            try await sql.execute("SELECT pg_advisory_xact_lock(\(Self.lock))")
            return try await body()
        }
    }

    /// Whether a worker waits to record.
    func isWaitedFor() async throws -> Bool {
        try await pool.first(
            """
            SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = \(Self.lock) AND NOT granted
                           AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """
        ) { try $0.bool(0) } ?? false
    }
}
