import DomainKit
import Testing

@testable import Tracing

@Suite struct TracerTests {
    private static let sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private static let unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"

    private func begin(
        _ sampler: Sampler, _ traceparent: String?, mayBegin: Bool = true
    ) -> (context: TraceContext, isRecorded: Bool) {
        let tracer = Tracer(sampler, into: SpanQueue())
        let begun = tracer.begin("a", .server, continuing: TraceContext(traceparent: traceparent), mayBegin: mayBegin)
        return (begun.context, begun.span != nil)
    }

    @Test func aTracerThatIsOffHandsOnWhatCame() throws {
        let parent = try #require(TraceContext(traceparent: Self.sampled, tracestate: "a=1"))
        let continued = Tracer().begin("a", .server, continuing: parent)
        #expect(continued.context == parent && continued.span == nil)
        let begun = Tracer().begin("a", .server, continuing: nil)
        #expect(!begun.context.isSampled && begun.span == nil)
    }

    @Test(arguments: [
        ("always_on", true, true, true), ("always_off", false, false, false), ("traceidratio", false, false, false),
        ("parentbased_always_on", true, true, false), ("parentbased_always_off", false, true, false),
        ("parentbased_traceidratio", false, true, false),
    ])
    func samplersDecideAsOpenTelemetrySays(name: String, root: Bool, sampledParent: Bool, unsampledParent: Bool) throws
    {
        let sampler = try #require(Sampler(name, ratio: 0))
        let cases: [(String?, Bool)] = [
            (nil, root), (Self.sampled, sampledParent), (Self.unsampled, unsampledParent),
        ]
        for (parent, isRecorded) in cases {
            let begun = begin(sampler, parent)
            #expect(begun.isRecorded == isRecorded)
            #expect(begun.context.isSampled == isRecorded)
            #expect(begun.context.traceparent != parent)
            if parent != nil { #expect(begun.context.traceID == "0af7651916cd43dd8448eb211c80319c") }
        }
    }

    @Test(arguments: ["", "ALWAYS_ON", "parentbased_", "parentbased_jaeger_remote", "xray"])
    func thereAreNoOtherSamplers(name: String) {
        #expect(Sampler(name, ratio: 1) == nil)
    }

    /// Every process must choose the same traces, or they come in pieces.
    @Test func theRatioIsDecidedByTheTracesIdAlone() throws {
        let half = try #require(Sampler("traceidratio", ratio: 0.5))
        let below = TraceContext(high: .max, low: 0xFF7F_FFFF_FFFF_FFFF, span: 1, isSampled: false)
        let above = TraceContext(high: 0, low: 0x0080_0000_0000_0000, span: 1, isSampled: true)
        #expect(half.samples(new: below) && half.samples(below: below))
        #expect(!half.samples(new: above) && !half.samples(below: above))
        let taken = (0..<10_000).count { _ in half.samples(new: .root(isSampled: false)) }
        #expect((4_500...5_500).contains(taken))
        let all = try #require(Sampler("traceidratio", ratio: 1))
        #expect(all.samples(new: above))
    }

    @Test func whatMayNotBeginATraceStillContinuesOne() {
        #expect(!begin(.alwaysOn, nil, mayBegin: false).isRecorded)
        #expect(begin(.alwaysOn, Self.sampled, mayBegin: false).isRecorded)
    }

    @Test func aSpanIsQueuedOnceWhenItEnds() async throws {
        let queue = SpanQueue()
        let span = try #require(Tracer(.alwaysOn, into: queue).begin("a", .server, continuing: nil).span)
        let child = span.child("b", .client)
        child.fail("23505", "a duplicate")
        child.end()
        #expect(queue.count == 1)
        span.set("http.response.status_code", .integer(200))
        span.rename("c")
        for _ in 0..<2 { span.end() }
        span.rename("d")
        let records = queue.take()
        #expect(records.map(\.name) == ["b", "c"])
        #expect(records[0].parent == span.context && !records[0].hasRemoteParent)
        #expect(records[0].failure == "a duplicate")
        #expect(records[0].attributes == [SpanAttribute("error.type", .string("23505"))])
        #expect(records[1].parent == nil && records[1].failure == nil)
        #expect(records[1].attributes == [SpanAttribute("http.response.status_code", .integer(200))])
        #expect(records[1].startNanoseconds <= records[0].startNanoseconds)
        #expect(records[1].endNanoseconds >= records[1].startNanoseconds)
        #expect(queue.count == 0)
    }

    /// A process must not grow because nobody takes its spans.
    @Test func aFullQueueDropsAndCounts() throws {
        let queue = SpanQueue(limit: 3, batchSize: 2)
        let tracer = Tracer(.alwaysOn, into: queue)
        for number in 0..<5 { tracer.begin("\(number)", .server, continuing: nil).span?.end() }
        #expect(queue.count == 3)
        let dropped = (queue.takeDropped(), queue.takeDropped())
        #expect(dropped.0 == 2 && dropped.1 == 0)
        let batches = [queue.take(), queue.take(), queue.take()].map { $0.map(\.name) }
        #expect(batches == [["0", "1"], ["2"], []])
    }

    @Test func whoSharesWorkIsLinkedToIt() async throws {
        let queue = SpanQueue()
        let tracer = Tracer(.alwaysOn, into: queue)
        let spans = try (0..<3).map { try #require(tracer.begin("\($0)", .server, continuing: nil).span) }
        let none = await Span.shared(by: [], as: "batch") { Span.current?.context }
        #expect(none == nil)
        let one = await Span.shared(by: [spans[1]], as: "batch") { Span.current?.context }
        #expect(one == spans[1].context && queue.count == 0)
        let inside = await Span.shared(by: spans, as: "batch") { Span.current?.context }
        let batch = try #require(queue.take().first)
        #expect(batch.context == inside)
        #expect(batch.parent == spans[0].context)
        #expect(batch.links == [spans[1].context, spans[2].context])
        #expect(batch.attributes == [SpanAttribute("tradewind.batch.size", .integer(3))])
    }

    /// The batch runs in a task of nobody's, and would lose sight of who asked for it.
    @Test func whatIsGatheredBelongsToThoseWhoAskedForIt() async throws {
        let queue = SpanQueue()
        let tracer = Tracer(.alwaysOn, into: queue)
        let gather = Gatherer<Int, TraceContext?> { batch in batch.map { _ in Span.current?.context } }
        let span = try #require(tracer.begin("a", .server, continuing: nil).span)
        let seen = try await Span.$current.withValue(span) { try await gather(1) }
        #expect(seen == span.context)
        #expect(try await gather(2) == nil)
    }
}
