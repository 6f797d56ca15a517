import Testing

@testable import HTTPServer

@Suite struct HTTPConnectionPhaseTests {
    private let start = ContinuousClock.now
    private let subject = RequestSubject(path: "/", trace: .root(isSampled: false))

    private func handling(deadline: Duration = .seconds(10)) -> (ConnectionPhase, Int) {
        var phase = ConnectionPhase(now: start)
        phase.begin(now: start)
        let request = phase.handle(subject, now: start, deadline: start + deadline)
        return (phase, request)
    }

    /// `#expect` cannot look into a call that changes what it is called on.
    private func changing<Result>(_ phase: inout ConnectionPhase, _ change: (inout ConnectionPhase) -> Result) -> Result
    {
        change(&phase)
    }

    private func response() -> PreparedResponse? { PreparedResponse(.empty(), traceparent: "") }

    @Test func anAnswerBeforeTheSuspensionNeedsNone() {
        var (phase, request) = handling()
        let outcome = phase.answer(response(), to: request)
        #expect(outcome.isTaken && !outcome.mustResume)
        #expect(!changing(&phase) { $0.suspend() })
        #expect(changing(&phase) { $0.takeResponse(now: start) } != nil)
        #expect(changing(&phase) { $0.takeResponse(now: start) } == nil)
    }

    @Test func anAnswerAfterTheSuspensionResumesOnce() {
        var (phase, request) = handling()
        #expect(changing(&phase) { $0.suspend() })
        let outcome = phase.answer(response(), to: request)
        #expect(outcome.isTaken && outcome.mustResume)
        let second = phase.answer(response(), to: request)
        #expect(!second.isTaken && !second.mustResume)
    }

    @Test func aLateAnswerNeverReachesTheNextRequest() {
        var (phase, request) = handling()
        #expect(changing(&phase) { $0.suspend() })
        #expect(changing(&phase) { $0.answer(response(), to: request) }.isTaken)
        #expect(changing(&phase) { $0.takeResponse(now: start) } != nil)
        #expect(changing(&phase) { $0.complete(now: start) } == nil)
        phase.begin(now: start)
        let next = phase.handle(subject, now: start, deadline: start + .seconds(10))
        #expect(next != request)
        #expect(!changing(&phase) { $0.answer(response(), to: request) }.isTaken)
        #expect(changing(&phase) { $0.answer(response(), to: next) }.isTaken)
    }

    @Test func aRequestThatEndsUnansweredGivesItsTaskBack() {
        var (phase, request) = handling()
        phase.attach(Task {}, to: request)
        #expect(changing(&phase) { $0.complete(now: start) } != nil)
        #expect(!changing(&phase) { $0.answer(response(), to: request) }.isTaken)
    }

    @Test func eachPhaseHasItsBound() {
        let settings = HTTPServerSettings()
        func overdue(_ phase: ConnectionPhase, after duration: Duration) -> String {
            switch phase.overdue(now: start + duration, settings: settings) {
            case .nothing: "nothing"
            case .deadline: "deadline"
            case .probe: "probe"
            case .probeUnfinished: "probe unfinished"
            case .disconnect: "disconnect"
            }
        }
        var phase = ConnectionPhase(now: start)
        #expect(overdue(phase, after: .milliseconds(100)) == "nothing")
        #expect(overdue(phase, after: .seconds(59)) == "probe unfinished")
        #expect(overdue(phase, after: .seconds(61)) == "disconnect")
        // From its first line on a request has less time, and its headers do not give it more.
        phase.arrive(now: start)
        #expect(overdue(phase, after: .seconds(29)) == "probe unfinished")
        #expect(overdue(phase, after: .seconds(31)) == "disconnect")
        phase.begin(now: start + .seconds(20))
        #expect(overdue(phase, after: .seconds(29)) == "probe unfinished")
        #expect(overdue(phase, after: .seconds(31)) == "disconnect")
        var (handled, request) = handling()
        #expect(changing(&handled) { $0.suspend() })
        #expect(overdue(handled, after: .milliseconds(10)) == "nothing")
        #expect(overdue(handled, after: .seconds(1)) == "probe")
        #expect(overdue(handled, after: .seconds(10)) == "deadline")
        #expect(changing(&handled) { $0.abandon() } == nil)
        #expect(overdue(handled, after: .seconds(1)) == "nothing")
        #expect(changing(&handled) { $0.answer(response(), to: request) }.isTaken)
        #expect(overdue(handled, after: .seconds(61)) == "nothing")
        _ = handled.takeResponse(now: start)
        #expect(overdue(handled, after: .seconds(61)) == "disconnect")
    }
}

@Suite struct HTTPRequestGuardTests {
    private func objection(_ headers: [(String, String)], version: String = "HTTP/1.1") -> String? {
        var guarding = RequestGuard()
        for (name, value) in headers {
            Array(name.utf8).withUnsafeBufferPointer { name in
                Array(value.utf8).withUnsafeBufferPointer { guarding.see(name: name, value: $0) }
            }
        }
        return guarding.objection(version: version)
    }

    @Test func whatIsClearPasses() {
        #expect(objection([("Host", "a")]) == nil)
        #expect(objection([("hOST", "a"), ("content-length", "5")]) == nil)
        #expect(objection([("Host", "a"), ("Transfer-Encoding", "CHUNKED")]) == nil)
        #expect(objection([], version: "HTTP/1.0") == nil)
    }

    @Test(arguments: [
        ("GET", "/", "HTTP/1.1", true), ("GET", "/a%20b", "HTTP/1.0", true), ("G E", "/", "HTTP/1.1", false),
        ("", "/", "HTTP/1.1", false), ("G\u{1}", "/", "HTTP/1.1", false), ("GET", "/a b", "HTTP/1.1", false),
        ("GET", "/\u{e4}", "HTTP/1.1", false), ("GET", "/\t", "HTTP/1.1", false), ("GET", "/", "HTTP/2.0", false),
        ("GET", "/", "http/1.1", false), ("GET", "/", "HTTP/1.2", false), ("PRI", "*", "HTTP/2.0", false),
    ])
    func aFirstLineIsAMethodATargetAndAKnownVersion(method: String, target: String, version: String, isGood: Bool) {
        let objection = RequestGuard.objection(method: method, target: target, version: version)
        #expect((objection == nil) == isGood)
    }

    @Test(arguments: ["a", "a.example:8080", "[::1]:80", "127.0.0.1", ""]) func aHostIsANameOrAnAddress(host: String) {
        #expect(objection([("Host", host)]) == nil)
    }

    @Test(arguments: [
        [], [("Host", "a"), ("Host", "a")], [("Host", "a"), ("Content-Length", "5"), ("content-length", "5")],
        [("Host", "a"), ("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
        [("Host", "a"), ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        [("Host", "a"), ("Transfer-Encoding", "gzip, chunked")], [("Host", "a"), ("Transfer-Encoding", "identity")],
        [("Host", "a"), ("Content-Length", "+5")], [("Host", "a"), ("Content-Length", "5, 5")],
        [("Host", "a"), ("Content-Length", "")], [("Host", "a"), ("Content-Length", "99999999999999999999")],
        [("Host", "a"), ("Content-Length ", "5")], [("Host", "a"), ("", "5")], [("Host", "a"), ("X-\u{e4}", "5")],
        [("Host", "a"), ("X", "a\nb")], [("Host", "a"), ("X", "a\0b")], [("Host", "a"), ("X", "a\u{1}b")],
        [("Host", "a"), ("X", "\u{7F}")], [("Host", "a b")], [("Host", "a/b")], [("Host", "me@a")], [("Host", "a?b")],
    ])
    func whatTwoPartiesCouldReadDifferentlyIsRefused(headers: [(String, String)]) { #expect(objection(headers) != nil) }
}
