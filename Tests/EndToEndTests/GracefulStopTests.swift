import DomainKit
import Foundation
import JSON
import Postgres
import TestKit
import Testing

/// Executables that are told to stop while they have their hands full.
@Suite(.serialized, .timeLimit(.minutes(5))) struct GracefulStopTests {
    /// Would catch a connection that is dropped with its request in work, and an answer that comes before the commit:
    /// each effect has its answer, and each answer its effect.
    @Test(arguments: Shop.Domain.allCases)
    func anAPIThatIsToldToStopAnswersWhatItAccepted(_ domain: Shop.Domain) async throws {
        try await Shop.with(workers: domain == .order ? 1 : 0) { shop in
            let product = domain == .order ? try await shop.addProduct(stock: 0) : .v7()
            var answered = try await shop.effects(of: domain)
            for _ in 0..<3 {
                let (process, client) = try await shop.startAPI(of: domain)
                answered += try await shop.burden(client, of: domain, product) {
                    try await Shop.expectStop(of: process)
                }
                #expect(try await shop.effects(of: domain) == answered)
            }
        }
    }

    /// Every message is claimed at the inbox exactly once, whichever worker was stopped and whichever took over: none is
    /// delivered again whose effects are committed, and none published again that the broker had confirmed.
    @Test(arguments: Shop.Domain.allCases)
    func aWorkerThatIsToldToStopLeavesNothingToBeDoneAgain(_ domain: Shop.Domain) async throws {
        try await Shop.with { shop in
            let received = try await shop.stockShelves()
            try await shop.countClaims()
            try await Shop.expectStop(of: try #require(shop.takeWorker(of: domain)))
            let placed = try await shop.placeOrders(400, over: Array(received.keys))
            var stops = 0
            while try await !shop.nothingWaits() {
                let before = try await shop.progress(of: domain)
                try await shop.startWorker(of: domain)
                _ = try await eventually("the worker is at work, or all is done") {
                    if try await shop.progress(of: domain) != before { return true }
                    return try await shop.nothingWaits() ? true : nil
                }
                try await Shop.expectStop(of: try #require(shop.takeWorker(of: domain)))
                stops += 1
            }
            #expect(stops >= 3)
            try await shop.startWorker(of: domain)
            try await shop.settles()
            try await shop.audit(received: received)
            try await shop.expectOneNotificationEach(placed)
            for domain in Shop.Domain.allCases {
                let claims = try await shop.count("SELECT count(*) FROM claims", in: domain)
                let handled = try await shop.count(
                    "SELECT count(DISTINCT (consumer, message_id)) FROM claims", in: domain)
                #expect(handled >= 400)
                #expect(claims == handled, "\(domain) saw \(claims - handled) messages again")
            }
        }
    }

    /// Its work is not done, so it does not say that it is: what starts after a migrator waits for exit code 0.
    @Test(arguments: Shop.Domain.allCases)
    func aMigratorThatIsToldToStopLeavesNothingHalfDone(_ domain: Shop.Domain) async throws {
        try await TestDatabase.with { database in
            let settings = ["DATABASE_URL": database.url]
            // The last migration cannot go on until the table of this name is rolled back.
            try await database.pool.withConnection { blocker in
                try await blocker.script("BEGIN; CREATE TABLE dead_letters (n int)")
                let migrator = try ServerProcess("\(domain)-migrator", settings: settings)
                try await TestKit.eventually("the migrator waits for the lock") {
                    try await database.pool.first(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
                        """
                    ) { try $0.int(0) } == 1
                }
                let start = ContinuousClock.now
                #expect(await migrator.stop() == 128 + SIGTERM)
                #expect(ContinuousClock.now - start < .seconds(25))
                try await blocker.script("ROLLBACK")
            }
            let migrator = try ServerProcess("\(domain)-migrator", settings: settings)
            #expect(await migrator.wait() == 0, "\(migrator.log)")
            #expect(migrator.log.contains("applied V0003__dead_letters.sql"), "\(migrator.log)")
            #expect(!migrator.log.contains("applied V0001__messaging.sql"), "\(migrator.log)")
        }
    }
}

extension Shop {
    /// Tells a process to stop, and expects that it does in time and without a failure.
    static func expectStop(
        of process: ServerProcess, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        let code = await process.stop()
        #expect(code == 0, "\(process.log)", sourceLocation: sourceLocation)
        #expect(ContinuousClock.now - start < .seconds(25), sourceLocation: sourceLocation)
    }

    /// Sends requests from 20 clients, each on a connection of its own, until they get no answer; runs `stop` once 200
    /// are answered.
    /// - Returns: how many were answered 201.
    fileprivate func burden(
        _ api: HTTPClient, of domain: Domain, _ product: EntityID, stop: @Sendable () async throws -> Void
    ) async throws -> Int64 {
        let answered = Tally()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                let client = api.another()
                group.addTask {
                    while let answer = try? await self.change(domain, product, through: client) {
                        guard answer.status == 201 else {
                            throw Failure(description: "\(answer.status): \(answer.text)")
                        }
                        await answered.add(1)
                    }
                }
            }
            _ = try await EndToEndTests.eventually("the API is busy") { await answered.count >= 200 ? true : nil }
            try await stop()
            try await group.waitForAll()
            return await answered.count
        }
    }

    /// Changes with each batch that a worker of the domain handles or publishes.
    fileprivate func progress(of domain: Domain) async throws -> Int64 {
        try await count("SELECT (SELECT count(*) FROM claims) - (SELECT count(*) FROM outbox)", in: domain)
    }

    /// Writes down every claim that is committed, also the vain one of a message that was handled before. It takes its
    /// time, so that a worker is not done before it is told to stop.
    fileprivate func countClaims() async throws {
        for database in databases.values {
            try await database.pool.withConnection { connection in
                try await connection.script(
                    """
                    CREATE TABLE claims (consumer text, message_id uuid);
                    CREATE FUNCTION count_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        PERFORM pg_sleep(0.003);
                        INSERT INTO claims VALUES (NEW.consumer, NEW.message_id);
                        RETURN NEW;
                    END $$;
                    CREATE TRIGGER count_claim BEFORE INSERT ON processed_messages
                    FOR EACH ROW EXECUTE FUNCTION count_claim();
                    """)
            }
        }
    }
}

/// A number that many add to.
private actor Tally {
    private(set) var count: Int64 = 0
    func add(_ number: Int64) { count += number }
}
