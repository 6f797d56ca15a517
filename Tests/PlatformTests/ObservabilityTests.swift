import DomainKit
import JSON
import Observability
import Testing

@Suite struct LogLimitTests {
    @Test func oneLineInAWhileIsLetThroughAndTellsOfTheOthers() {
        let limit = LogLimit(every: .seconds(10))
        let start = ContinuousClock.now
        #expect(limit.admit(at: start) == 0)
        #expect(limit.admit(at: start + .seconds(1)) == nil)
        #expect(limit.admit(at: start + .seconds(9.9)) == nil)
        #expect(limit.admit(at: start + .seconds(10)) == 2)
        #expect(limit.admit(at: start + .seconds(19)) == nil)
        #expect(limit.admit(at: start + .seconds(31)) == 1)
        #expect(limit.admit(at: start + .seconds(50)) == 0)
    }
}

@Suite struct LoggerTests {
    @Test func aLineIsOneJSONObjectWithTheDataInFields() throws {
        let sink = MemorySink()
        let clock = FixedClock(Timestamp(microseconds: 0))
        let logger = Logger(service: "test", level: .info, sink: sink, clock: clock).with(.queue("q\n\""))
        logger.debug("not written")
        logger.warn("something happened", .attempt(2))
        let line = try #require(sink.lines.first)
        #expect(sink.lines.count == 1)
        #expect(!line.contains("\n"))
        let json = try JSONValue(parsing: Array(line.utf8))
        #expect(json["timestamp"] == .string("1970-01-01T00:00:00.000000Z"))
        #expect(json["severity_text"] == .string("WARN"))
        #expect(json["body"] == .string("something happened"))
        #expect(json["service.name"] == .string("test"))
        #expect(json["queue"] == .string("q\n\""))
        #expect(json["attempt"] == .integer(2))
    }
}

@Suite struct MetricsTests {
    @Test func metricsAreWrittenAsPrometheusReadsThem() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "As.").increment(by: 2, ["queue": "x\"\\"])
        registry.gauge("b", help: "Bs.").set(1.5)
        let histogram = registry.histogram("c_seconds", help: "Cs.", buckets: [0.1, 1])
        histogram.observe(.milliseconds(50))
        histogram.observe(.milliseconds(500))
        histogram.observe(.seconds(5))
        #expect(
            registry.exposition() == #"""
                # HELP a_total As.
                # TYPE a_total counter
                a_total{queue="x\"\\"} 2.0
                # HELP b Bs.
                # TYPE b gauge
                b 1.5
                # HELP c_seconds Cs.
                # TYPE c_seconds histogram
                c_seconds_bucket{le="0.1"} 1
                c_seconds_bucket{le="1.0"} 2
                c_seconds_bucket{le="+Inf"} 3
                c_seconds_sum 5.55
                c_seconds_count 3

                """#)
    }

    @Test func theSameNameIsTheSameMetric() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "As.").increment()
        registry.counter("a_total", help: "As.").increment()
        #expect(registry.counter("a_total", help: "As.").value() == 2)
    }
}
