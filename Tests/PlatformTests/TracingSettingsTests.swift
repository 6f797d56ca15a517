import OTLP
import Testing
import Tracing

@testable import Runtime

@Suite struct TracingSettingsTests {
    private func read(_ values: [String: String]) throws -> TracingSettings {
        let environment = Environment(values)
        let settings = TracingSettings(environment, service: "order-api")
        try environment.validate()
        return settings
    }

    private func faults(_ values: [String: String]) -> [String] {
        let error = #expect(throws: ConfigurationError.self) { try read(values) }
        return (error?.faults ?? []).map(\.name)
    }

    /// What is said about the process under one name.
    private func resource(_ name: String, _ settings: TracingSettings) -> [String] {
        (settings.exporter?.resource ?? []).filter { $0.name == name }.map(\.value)
    }

    @Test func nothingIsExportedUnlessThereIsWhereTo() throws {
        #expect(try read([:]).exporter == nil)
        #expect(try read(["OTEL_TRACES_SAMPLER": "always_on"]).exporter == nil)
        #expect(try read(["OTEL_TRACES_EXPORTER": "otlp"]).exporter?.url == "http://localhost:4318/v1/traces")
        let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/"]
        #expect(try read(endpoint).exporter?.url == "http://collector:4318/v1/traces")
        #expect(try read(endpoint.merging(["OTEL_SDK_DISABLED": "true"]) { $1 }).exporter == nil)
        #expect(try read(endpoint.merging(["OTEL_TRACES_EXPORTER": "none"]) { $1 }).exporter == nil)
        let own = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://traces.example/in"]
        #expect(try read(endpoint.merging(own) { $1 }).exporter?.url == "https://traces.example/in")
    }

    @Test func theStandardsDefaultsHold() throws {
        let settings = try read(["OTEL_TRACES_EXPORTER": "otlp"])
        #expect(settings.sampler == .parentBasedAlwaysOn)
        #expect(settings.queueSize == 2_048 && settings.batchSize == 512)
        let exporter = try #require(settings.exporter)
        #expect(exporter.timeout == .seconds(10) && exporter.scheduleDelay == .seconds(5))
        #expect(exporter.exportTimeout == .seconds(30) && exporter.headers.isEmpty && exporter.certificates == nil)
        #expect(resource("service.name", settings) == ["order-api"])
        #expect(try read(["OTEL_BSP_MAX_QUEUE_SIZE": "100"]).batchSize == 100)
    }

    @Test func whatIsSetIsInForce() throws {
        let settings = try read([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%20b, x=1=2",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "250", "OTEL_BSP_SCHEDULE_DELAY": "100",
            "OTEL_TRACES_SAMPLER": "traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": "0.25",
            "OTEL_RESOURCE_ATTRIBUTES": "service.name=lost,deployment.environment=a%2Cb",
            "OTEL_SERVICE_NAME": "orders",
        ])
        let exporter = try #require(settings.exporter)
        #expect(exporter.headers.map(\.name) == ["api-key", "x"] && exporter.headers.map(\.value) == ["a b", "1=2"])
        #expect(exporter.timeout == .milliseconds(250) && exporter.scheduleDelay == .milliseconds(100))
        #expect(settings.sampler == Sampler("traceidratio", ratio: 0.25))
        #expect(resource("service.name", settings) == ["orders"])
        #expect(resource("deployment.environment", settings) == ["a,b"])
        let named = try read(["OTEL_TRACES_EXPORTER": "otlp", "OTEL_RESOURCE_ATTRIBUTES": "service.name=given"])
        #expect(resource("service.name", named) == ["given"])
    }

    @Test func allThatIsWrongIsToldAtOnce() {
        let wrong = [
            "OTEL_SDK_DISABLED": "perhaps", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "ftp://collector", "OTEL_TRACES_EXPORTER": "jaeger",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "secret",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "10s", "OTEL_RESOURCE_ATTRIBUTES": "a=%zz", "OTEL_TRACES_SAMPLER": "most",
            "OTEL_TRACES_SAMPLER_ARG": "1.5", "OTEL_BSP_MAX_QUEUE_SIZE": "0", "OTEL_BSP_SCHEDULE_DELAY": "-1",
            "OTEL_BSP_EXPORT_TIMEOUT": "x",
        ]
        #expect(Set(faults(wrong)) == Set(wrong.keys))
        #expect(faults(["OTEL_BSP_MAX_QUEUE_SIZE": "10", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "11"]).count == 1)
    }

    /// They hold the key of whoever keeps the traces.
    @Test func headersAreNeverShown() {
        let environment = Environment(["OTEL_EXPORTER_OTLP_HEADERS": "api-key"])
        _ = TracingSettings(environment, service: "a")
        let setting = environment.settings.first { $0.name == "OTEL_EXPORTER_OTLP_HEADERS" }
        #expect(setting?.isSecret == true)
        let error = #expect(throws: ConfigurationError.self) { try environment.validate() }
        #expect(error?.description.contains("api-key") == false)
    }
}
