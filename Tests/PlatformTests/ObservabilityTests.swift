import DomainKit
import JSON
import Observability
import Testing

import struct Synchronization.Atomic

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

@Suite struct LogFormatTests {
    private func line(_ format: LogFormat) -> String {
        let sink = MemorySink()
        let clock = FixedClock(Timestamp(microseconds: 1_500_000))
        Logger(service: "shop", format: format, sink: sink, clock: clock)
            .warn("it broke", .attempt(2), .queue("a b"), .reason("say \"no\"\n\u{1B}[31m"), .correlationID("x-1"))
        return sink.lines.joined(separator: "|")
    }

    @Test func textIsOneLineForPeopleInWhichNothingCanPassForAnotherField() {
        #expect(
            line(.text(inColour: false)) == #"1970-01-01T00:00:01.500000Z WARN  shop: it broke attempt=2 queue="a b" "#
                + #"reason="say \"no\"\n\u001b[31m" correlation_id=x-1"#)
    }

    @Test func colourChangesNothingButColour() {
        let coloured = line(.text(inColour: true))
        #expect(coloured.contains("\u{1B}[33mWARN \u{1B}[0m"))
        #expect(coloured.replacing(#/\x{1B}\[[0-9]*m/#, with: "") == line(.text(inColour: false)))
    }

    @Test func formatsAreReadByTheirNames() {
        #expect(LogFormat("json") == .json)
        #expect(LogFormat("text")?.name == "text")
        #expect(LogFormat("xml") == nil)
    }

    @Test func theLevelMovesForEveryLoggerThatWasMadeOfOne() {
        let sink = MemorySink()
        let logger = Logger(service: "shop", level: .info, sink: sink)
        let child = logger.with(.queue("q"))
        child.debug("not yet")
        logger.threshold.set(LogLevel.info.lower)
        child.debug("now")
        logger.threshold.set(.error)
        child.warn("no more")
        #expect(sink.lines.count == 1)
    }

    @Test func levelsEndWhereTheyEnd() {
        #expect(LogLevel.info.lower == .debug && LogLevel.debug.lower == .trace && LogLevel.trace.lower == .trace)
        #expect(LogLevel.info.higher == .warn && LogLevel.warn.higher == .error && LogLevel.error.higher == .error)
    }

    @Test func linesThatBelongTogetherAreOneWriteEach() {
        let sink = MemorySink()
        let lines: [[LogField]] = [[.count(1)], [.count(2)]]
        Logger(service: "shop", sink: sink).info("happened", at: Timestamp(microseconds: 0), each: lines)
        #expect(sink.lines.count == 2)
        #expect(sink.lines.allSatisfy { $0.contains("1970-01-01T00:00:00.000000Z") })
        #expect(LogField.trace(of: "no traceparent").isEmpty && LogField.trace(of: nil).isEmpty)
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
                a_total{queue="x\"\\"} 2
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

    @Test func everyCharacterOfHelpAndLabelsIsEscapedAsTheFormatWantsIt() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "a\\b\n\"c\"").increment(["path": "\\ \"\n"])
        #expect(
            registry.exposition() == #"""
                # HELP a_total a\\b\n"c"
                # TYPE a_total counter
                a_total{path="\\ \"\n"} 1

                """#)
    }

    @Test func whatSomebodyElseKeepsIsAskedForUntilItIsGone() {
        let registry = MetricsRegistry()
        let isGone = Gone()
        registry.read(.gauge, "a", help: "As.") { [([:], 2), (["of": "x"], .infinity)] }
        registry.read(.gauge, "a", help: "As.") { isGone.flag.load(ordering: .relaxed) ? nil : [([:], 0.5)] }
        #expect(registry.exposition().hasSuffix("gauge\na 2.5\na{of=\"x\"} +Inf\n"))
        isGone.flag.store(true, ordering: .relaxed)
        #expect(registry.exposition().hasSuffix("gauge\na 2\na{of=\"x\"} +Inf\n"))
    }

    @Test func aSeriesThatIsKeptCountsForItsLabels() {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", help: "As.")
        let series = counter.series(["x": "1"])
        #expect(registry.exposition().contains("a_total{x=\"1\"} 0\n"))
        series.increment(by: 3)
        counter.increment(["x": "1"])
        #expect(counter.value(["x": "1"]) == 4)
    }

    @Test func aProcessTellsWhatItUses() throws {
        let registry = MetricsRegistry()
        registry.addProcessFigures()
        let lines = registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        let values = Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0].prefix { $0 != "{" }), Double(parts[parts.count - 1]) ?? -1)
            })
        let resident = try #require(values["process_resident_memory_bytes"])
        let all = try #require(values["process_virtual_memory_bytes"])
        #expect(resident > 1_000_000 && resident < all)
        let open = try #require(values["process_open_fds"])
        let most = try #require(values["process_max_fds"])
        #expect(open > 2 && open <= most)
        #expect(values["process_cpu_seconds_total"] ?? 0 > 0)
        let start = try #require(values["process_start_time_seconds"])
        let now = Double(SystemClock().now.microseconds) / 1e6
        #expect(start <= now + 2 && start > now - 86_400)
        #expect(values["tradewind_build_info"] == 1)
    }

    @Test func theSameNameIsTheSameMetric() {
        let registry = MetricsRegistry()
        registry.counter("a_total", help: "As.").increment()
        registry.counter("a_total", help: "As.").increment()
        #expect(registry.counter("a_total", help: "As.").value() == 2)
    }
}

private final class Gone: Sendable {
    let flag = Atomic(false)
}
