import DomainKit
import Foundation
import JSON
import TestKit
import Testing

/// What the executables do at their start and end.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ExecutableTests {
    static let servers = [
        "order-api", "order-worker", "stock-api", "stock-worker", "notification-api", "notification-worker",
    ]

    @Test(arguments: servers) func allBadSettingsAreReportedTogether(_ name: String) async throws {
        let process = try ServerProcess(
            name, settings: ["HTTP_PORT": "eighty", "LOG_LEVEL": "loud", "DATABASE_URL_FILE": "/nowhere/secret"])
        #expect(await process.wait() == 78)
        let more = name.hasSuffix("worker") ? ["AMQP_URL"] : ["AUTH_JWKS", "AUTH_ISSUER", "AUTH_AUDIENCE"]
        for setting in ["HTTP_PORT", "LOG_LEVEL", "DATABASE_URL_FILE"] + more {
            #expect(process.log.contains(setting), "\(setting) is missing in: \(process.log)")
        }
    }

    /// The secrets themselves are not shown, nor is the URL of the webhook, which may have one in it.
    @Test func allBadSettingsOfDeliveryAreReportedTogether() async throws {
        let process = try ServerProcess(
            "notification-worker",
            settings: [
                "CUSTOMER_SERVICE_URL": "https://ann:password@customers.example", "CUSTOMER_SERVICE_TOKEN": "a b",
                "WEBHOOK_URL": "http://hooks.example/hidden", "WEBHOOK_SECRET": "too-short,hidden",
                "SMTP_URL": "smtp://ann:hidden@mail.example:0", "MAIL_FROM": "nobody",
                "SMTP_CA_FILE": "/nowhere/ca.pem",
                "UNSUBSCRIBE_URL": "http://shop.example/u",
            ])
        #expect(await process.wait() == 78)
        let faults =
            ["CUSTOMER_SERVICE_URL", "CUSTOMER_SERVICE_TOKEN", "WEBHOOK_URL", "WEBHOOK_SECRET", "MAIL_FROM"]
            + ["UNSUBSCRIBE_URL"]
        for fault in faults.map({ "\($0) must" }) + ["SMTP_URL has a port that is not", "SMTP_CA_FILE names the file"] {
            #expect(process.log.contains(fault), "\(fault) is missing in: \(process.log)")
        }
        for secret in ["hidden", "password@", "a b"] {
            #expect(!process.log.contains(secret), "\(process.log)")
        }
    }

    @Test(arguments: servers + ["order-migrator", "stock-migrator", "notification-migrator"])
    func helpNamesEverySetting(_ name: String) async throws {
        let process = try ServerProcess(name, arguments: ["--help"], settings: [:])
        #expect(await process.wait() == 0)
        #expect(process.log.contains("DATABASE_URL"))
    }

    @Test(arguments: servers) func aSchemaThatIsBehindIsRefusedNamingTheMigrator(_ name: String) async throws {
        try await TestDatabase.with { database in
            let vhost = ProcessInfo.processInfo.environment["TEST_AMQP_URL"] ?? ""
            let process = try ServerProcess(
                name,
                settings: ["DATABASE_URL": database.url, "AMQP_URL": vhost, "HTTP_PORT": "0", "AUTH": "off"])
            #expect(await process.wait() != 0)
            let migrator = String(name.prefix { $0 != "-" }) + "-migrator"
            #expect(process.log.contains(migrator), "\(process.log)")
        }
    }

    @Test func aProcessIsAskedForItsHealthByItsOwnExecutable() async throws {
        try await Shop.with { shop in
            let (api, client) = try await shop.startAPI(of: .order)
            let settings = ["HTTP_HOST": "0.0.0.0", "HTTP_PORT": "\(client.port)"]
            func check() async throws -> (code: Int32, log: String) {
                let probe = try ServerProcess("order-api", arguments: ["--check-health"], settings: settings)
                return (await probe.wait(), probe.log)
            }
            let running = try await check()
            #expect(running.code == 0, "\(running.log)")
            #expect(running.log.isEmpty)
            await api.stop()
            let stopped = try await check()
            #expect(stopped.code == 1)
            #expect(stopped.log.contains("not ready: no answer on port \(client.port)"), "\(stopped.log)")
        }
    }

    @Test func everyExecutableStopsWithExitCodeZero() async throws {
        try await Shop.with { shop in
            for domain in Shop.Domain.allCases {
                let api = try await shop.startAPI(of: domain).process
                #expect(await api.stop() == 0, "\(api.log)")
            }
            #expect(try await shop.stopWorkers().count == 3)
        }
    }
}
