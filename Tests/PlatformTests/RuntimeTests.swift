import DomainKit
import HTTPServer
import Runtime
import Testing

@Suite struct EnvironmentTests {
    @Test func defaultsHoldWhereNothingIsSet() throws {
        let environment = Environment([:])
        #expect(environment.integer("N", default: 7, in: 1...9, "") == 7)
        #expect(environment.duration("D", default: .seconds(5), "") == .seconds(5))
        #expect(environment.durations("DS", default: [.seconds(1)], "") == [.seconds(1)])
        #expect(environment.string("S", default: "s", "") == "s")
        try environment.validate()
    }

    @Test func valuesAreReadWithTheirUnits() throws {
        let environment = Environment(["N": "3", "D": "1500ms", "DS": "1s,5m,2h", "S": ""])
        #expect(environment.integer("N", default: 7, in: 1...9, "") == 3)
        #expect(environment.duration("D", default: .zero, "") == .milliseconds(1_500))
        #expect(environment.durations("DS", default: [], "") == [.seconds(1), .seconds(300), .seconds(7_200)])
        #expect(environment.string("S", default: "empty counts as unset", "") == "empty counts as unset")
        try environment.validate()
    }

    @Test func allThatIsWrongIsReportedTogether() {
        let environment = Environment(["N": "10", "D": "5 minutes", "DS": "1s,,x", "F_FILE": "/nowhere/at/all"])
        _ = environment.integer("N", default: 7, in: 1...9, "")
        _ = environment.duration("D", default: .zero, "")
        _ = environment.durations("DS", default: [], "")
        _ = environment.secret("REQUIRED", "")
        _ = environment.secret("F", "")
        let error = #expect(throws: ConfigurationError.self) { try environment.validate() }
        #expect(error?.faults.map(\.name) == ["N", "D", "DS", "REQUIRED", "F_FILE"])
    }

    @Test func aSecretSetTwiceIsAFaultThatDoesNotShowIt() {
        let environment = Environment(["P": "hunter2", "P_FILE": "/etc/hostname"])
        _ = environment.secret("P", "")
        let error = #expect(throws: ConfigurationError.self) { try environment.validate() }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: ["9223372036854775807d", "10000000001ms", "-1s", "99999999999999999999s", "s", "1"])
    func aSpanBeyondAllCountingIsAFaultAndNotACrash(_ text: String) { #expect(Duration(setting: text) == nil) }

    @Test func noTimeNeedsNoUnit() { #expect(Duration(setting: "0") == .zero) }

    @Test(arguments: ["0ms", "1500ms", "90s", "15m", "23h", "16d"])
    func spansOfTimeAreWrittenAsTheyAreRead(_ text: String) {
        #expect(Duration(setting: text)?.setting == text)
    }
}

@Suite struct WorkerSettingsTests {
    private let servers = [
        "DATABASE_URL": "postgresql://shop@db:5432/shop", "AMQP_URL": "amqp://shop:secret@broker:5672/",
    ]

    @Test(arguments: [("15d", "16d"), ("1h", "25h"), ("100d", "365d")])
    func theInboxRemembersMessagesForADayLongerThanTheirDeadLetters(deadLetters: String, inbox: String) throws {
        let settings = try WorkerSettings(environment(deadLetters, inbox), defaultPort: 1)
        #expect(settings.retention.deadLetters.setting == Duration(setting: deadLetters)?.setting)
        #expect(settings.retention.inbox.setting == Duration(setting: inbox)?.setting)
    }

    @Test(arguments: [("15d", "15d"), ("16d", "16d"), ("1h", "24h"), ("365d", "365d")])
    func anInboxThatForgetsTooSoonIsRefused(deadLetters: String, inbox: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try WorkerSettings(environment(deadLetters, inbox), defaultPort: 1)
        }
        #expect(error?.faults.map(\.name) == ["INBOX_KEPT"])
    }

    private func environment(_ deadLetters: String, _ inbox: String) -> Environment {
        Environment(servers.merging(["DEAD_LETTERS_KEPT": deadLetters, "INBOX_KEPT": inbox]) { $1 })
    }
}

@Suite struct GathererSettingsTests {
    @Test func whatIsWrittenTogetherIsToldByThreeSettingsOfOnePrefix() throws {
        let environment = Environment(["PLACING_BATCH_SIZE": "16", "PLACING_BATCHES_IN_FLIGHT": "3"])
        let settings = environment.gatherer("PLACING")
        try environment.validate()
        #expect(settings.batchSize == 16)
        #expect(settings.batchesInFlight == 3)
        #expect(settings.queueLimit == GathererSettings().queueLimit)
    }

    @Test func batchesOfNothingAreRefusedTogetherWithAllElseThatIsWrong() {
        let environment = Environment(["PLACING_BATCH_SIZE": "0", "PLACING_QUEUE_LIMIT": "-1"])
        _ = environment.gatherer("PLACING")
        let error = #expect(throws: ConfigurationError.self) { try environment.validate() }
        #expect(error?.faults.map(\.name) == ["PLACING_BATCH_SIZE", "PLACING_QUEUE_LIMIT"])
    }
}

@Suite struct APISettingsTests {
    private func settings(origins: String?) throws -> APISettings {
        var values = ["DATABASE_URL": "postgresql://shop@db:5432/shop", "AUTH": "off"]
        values["CORS_ALLOWED_ORIGINS"] = origins
        return try APISettings(Environment(values), defaultPort: 1)
    }

    @Test func noOtherOriginIsLetInUnlessItIsNamed() throws {
        #expect(try !settings(origins: nil).cors.isOn)
        #expect(try settings(origins: "https://shop.example,http://localhost:3000").cors.isOn)
        #expect(try settings(origins: "*").cors.isOn)
    }

    @Test(arguments: ["shop.example", "https://", "https://shop.example/", "https://a, https://b", "ftp://a", "*,x"])
    func whatIsNoOriginIsRefused(origins: String) {
        let error = #expect(throws: ConfigurationError.self) { try settings(origins: origins) }
        #expect(error?.faults.map(\.name) == ["CORS_ALLOWED_ORIGINS"])
    }
}
