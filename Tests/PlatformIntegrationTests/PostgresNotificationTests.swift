import Postgres
import TestKit
import Testing

@Suite struct PostgresNotificationTests {
    private func withListener(
        _ body: @Sendable (PostgresConnection, TestDatabase) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let listener = PostgresConnection(database.settings())
            try await listener.open()
            try await listener.script("LISTEN news")
            try await body(listener, database)
        }
    }

    @Test func aNotificationWakesTheListener() async throws {
        try await withListener { listener, database in
            let task = Task { try await listener.waitForNotification(timeout: .seconds(10)) }
            try await Task.sleep(for: .milliseconds(100))
            try await database.pool.execute("SELECT pg_notify('news', 'hello')")
            let notification = try #require(try await task.value)
            #expect(notification.channel == "news")
            #expect(notification.payload == "hello")
        }
    }

    @Test func notificationsThatCameMeanwhileAreNotLost() async throws {
        try await withListener { listener, database in
            for payload in ["1", "2", "3"] {
                try await database.pool.execute("SELECT pg_notify('news', $1)", [.text(payload)])
            }
            try await listener.execute("SELECT 1")
            for payload in ["1", "2", "3"] {
                let received = try await listener.waitForNotification(timeout: .seconds(5))?.payload
                #expect(received == payload)
            }
            let none = try await listener.waitForNotification(timeout: .milliseconds(20))
            #expect(none == nil)
        }
    }

    @Test func waitingEndsByTimeoutInterruptOrCancellation() async throws {
        try await withListener { listener, _ in
            let timedOut = try await listener.waitForNotification(timeout: .milliseconds(50))
            #expect(timedOut == nil)

            let start = ContinuousClock.now
            let interrupted = Task { try await listener.waitForNotification(timeout: .seconds(30)) }
            try await Task.sleep(for: .milliseconds(50))
            listener.interrupt()
            let nothing = try await interrupted.value
            #expect(nothing == nil)

            listener.interrupt()
            try await listener.execute("SELECT 1")
            let remembered = try await listener.waitForNotification(timeout: .seconds(30))
            #expect(remembered == nil)

            let cancelled = Task { try await listener.waitForNotification(timeout: .seconds(30)) }
            try await Task.sleep(for: .milliseconds(50))
            cancelled.cancel()
            let error = await #expect(throws: PostgresError.self) { try await cancelled.value }
            #expect(error?.code == .cancelled)
            #expect(start.duration(to: .now) < .seconds(10))
        }
    }

    @Test func aLostSessionEndsTheWait() async throws {
        try await withListener { listener, database in
            let process = try #require(await listener.processID)
            let task = Task { try await listener.waitForNotification(timeout: .seconds(30)) }
            try await Task.sleep(for: .milliseconds(50))
            try await database.pool.execute("SELECT pg_terminate_backend($1)", [.int(process)])
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.isUnreachable == true)
        }
    }
}
