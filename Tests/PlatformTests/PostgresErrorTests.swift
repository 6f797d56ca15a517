import DomainKit
import Postgres
import Testing

@Suite struct PostgresErrorTests {
    @Test func theDescriptionHoldsNoDataAndTheDebugDescriptionAllButTheRow() {
        let error = PostgresError(
            .server, "duplicate key", sqlState: "23505", constraint: "customers_email_key", table: "customers",
            detail: "Key (email)=(a@example.org) already exists.", statement: "INSERT INTO customers VALUES ($1)")
        #expect(error.description == "PostgreSQL: server 23505 (constraint customers_email_key)")
        for part in ["duplicate key", "customers", "INSERT INTO", "PostgresErrorTests.swift"] {
            #expect(error.debugDescription.contains(part))
        }
        #expect(!error.debugDescription.contains("a@example.org"))
    }

    @Test func whatTheServerRepeatsOfAValueIsLeftOutAndWhatHelpsStays() {
        let wrong = PostgresError(.server, #"invalid input syntax for type uuid: "a@example.org""#, sqlState: "22P02")
        #expect(wrong.debugDescription.contains("invalid input syntax for type uuid"))
        #expect(!wrong.debugDescription.contains("a@example.org"))
        let deadlock = PostgresError(.server, "deadlock detected", sqlState: "40P01", detail: "Process 1 waits")
        #expect(deadlock.debugDescription.contains("Process 1 waits"))
    }

    @Test func whatAnotherTryCanHelpIsTold() {
        for state in ["40001", "40P01"] {
            #expect(PostgresError(.server, "", sqlState: state).isRetryable)
            #expect(!PostgresError(.server, "", sqlState: state).isUnreachable)
        }
        for state in ["08006", "08001", "57P01", "57P02", "57P03", "53300"] {
            #expect(PostgresError(.server, "", sqlState: state).isUnreachable)
        }
        for state in ["23505", "57014", "22P02", "42P01"] {
            let error = PostgresError(.server, "", sqlState: state)
            #expect(!error.isUnreachable && !error.isRetryable && !error.meansTemporarilyUnavailable)
        }
        for code in [PostgresError.Code.connection, .timeout, .poolExhausted, .commitOutcomeUnknown] {
            #expect(PostgresError(code, "").meansTemporarilyUnavailable)
        }
        for code in [PostgresError.Code.cancelled, .decoding, .invalidParameter, .transactionAborted, .closed] {
            #expect(!PostgresError(code, "").isUnreachable)
        }
    }

    @Test func settingsNeverShowTheirPassword() {
        let settings = PostgresSettings(url: "postgresql://shop:s3cret@db.example.org:5433/orders?sslmode=require")
        #expect("\(settings)" == "db.example.org:5433/orders")
        var dumped = ""
        dump(settings, to: &dumped)
        for text in ["\(settings)", String(reflecting: settings), dumped, "\([settings])"] {
            #expect(!text.contains("s3cret") && !text.contains("shop"))
        }
    }

    @Test func aURLIsCheckedWithoutRepeatingIt() {
        #expect(PostgresSettings.problem(withURL: "postgresql://shop:s3cret@localhost/orders") == nil)
        for url in ["", "orders", "mysql://shop:s3cret@localhost/orders", "postgresql://s3cret@[::1/orders"] {
            let problem = PostgresSettings.problem(withURL: url)
            #expect(problem != nil)
            #expect(problem?.contains("s3cret") != true)
        }
    }
}
