import Testing

@testable import Tracing

/// What W3C's own test suite for Trace Context (level 1) asks of whoever takes part.
@Suite struct TraceContextTests {
    private static let sample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func aTraceparentIsReadAndWrittenAsItCame() throws {
        let context = try #require(TraceContext(traceparent: Self.sample))
        #expect(context.traceID == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.spanID == "b7ad6b7169203331")
        #expect(context.isSampled)
        #expect(context.traceparent == Self.sample)
    }

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("ff", true), ("03", true)])
    func onlyTheLowestFlagHasAMeaning(flags: String, isSampled: Bool) throws {
        let context = try #require(TraceContext(traceparent: String(Self.sample.dropLast(2)) + flags))
        #expect(context.isSampled == isSampled)
        #expect(context.traceparent.hasSuffix(isSampled ? "-01" : "-00"))
    }

    @Test(arguments: [
        "", "00", String(sample.dropLast()), sample + "0", sample + "-", sample + "-00", " " + sample, sample + " ",
        "0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0G-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c8031.c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-001",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01", "ä" + String(sample.dropFirst()),
    ])
    func aTraceparentThatIsNotValidIsNone(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test func aLaterVersionIsReadAsFarAsItIsKnown() throws {
        let later: String = "cc" + Self.sample.dropFirst(2)
        #expect(try #require(TraceContext(traceparent: later + "-what-comes")).traceparent == Self.sample)
        #expect(TraceContext(traceparent: later)?.traceparent == Self.sample)
        #expect(TraceContext(traceparent: later + ".what") == nil)
    }

    @Test func aChildIsAnotherSpanOfTheSameTrace() throws {
        let parent = try #require(TraceContext(traceparent: Self.sample, tracestate: "a=1"))
        let child = parent.child(isSampled: false)
        #expect(child.traceID == parent.traceID && child.spanID != parent.spanID && !child.isSampled)
        #expect(child.tracestate == "a=1")
        let root = TraceContext.root(isSampled: true)
        #expect(root.traceID != TraceContext.root(isSampled: true).traceID)
        #expect(TraceContext(traceparent: root.traceparent) == root)
    }

    @Test(arguments: [
        ("a=1", "a=1"), (" a=1 ,\tb=2 ", "a=1,b=2"), ("a=1,,b=2", "a=1,b=2"), ("a= 1", "a= 1"),
        ("0tenant@system=x", "0tenant@system=x"), ("a_-*/9=!~", "a_-*/9=!~"),
    ])
    func aTracestateIsKept(text: String, kept: String) {
        #expect(TraceContext(traceparent: Self.sample, tracestate: text)?.tracestate == kept)
    }

    @Test(arguments: [
        "", " ", "a", "=1", "a=", "A=1", "1a=1", "a b=1", "a=1=2", "a=1,a=2", "a=\u{1}", "a=ä", "a@b@c=1", "@a=1",
        "a@=1",
        "a@1b=1", "a=" + String(repeating: "v", count: 257), String(repeating: "k", count: 257) + "=1",
        (0..<33).map { "k\($0)=1" }.joined(separator: ","),
    ])
    func aTracestateThatIsNotValidIsLeftOutAlone(text: String) {
        let context = TraceContext(traceparent: Self.sample, tracestate: text)
        #expect(context != nil && context?.tracestate == nil)
    }

    @Test func aTracestateThatIsTooLongLosesItsLargestMembersAndThenTheLast() {
        let large = "large=" + String(repeating: "v", count: 200)
        let small = (0..<31).map { "k\($0)=" + String(repeating: "v", count: 20) }
        let kept = validTracestate(([large] + small).joined(separator: ","))
        #expect(kept == small.prefix(20).joined(separator: ","))
        #expect(validTracestate([large, "a=1"].joined(separator: ",")) == large + ",a=1")
    }
}
