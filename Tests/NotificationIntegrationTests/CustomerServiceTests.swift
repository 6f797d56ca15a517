import DomainKit
import Locking
import NotificationApplication
import NotificationDomain
import NotificationInfrastructure
import Observability
import TestKit
import Testing

/// Against a real server that answers as a customer service does, well or badly, and is away at times.
@Suite(.timeLimit(.minutes(2))) struct CustomerServiceTests {
    private static let ann = EntityID.v7()

    private func reason(_ answer: CustomerAnswer) -> String? {
        guard case .unavailable(let reason) = answer else { return nil }
        return reason
    }

    @Test func aCustomerIsFoundWithAllThatIsSaid() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        let document = """
            {"id": "\(Self.ann)", "name": "Zoë\\r\\nBcc: all 🍵", "email": "zoe@xn--bcher-kva.example", "locale": "de_at",
             "preferences": {"optOut": true, "kinds": {"order-confirmed": true, "order-follow-up": null}, "theme": "dark"},
             "loyalty": 7}
            """
        server.know([Self.ann: document])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        let expected = Customer(
            id: Self.ann, name: "Zoë Bcc: all 🍵", email: "zoe@xn--bcher-kva.example", locale: LocaleTag("de-AT"),
            preferences: Preferences(isOptedOut: true, kinds: [.orderConfirmed: true]))
        #expect(answer == .found(expected))
        #expect(server.requests.map(\.path) == ["/api/customers/\(Self.ann)"])
        #expect(server.requests.first?.headers["authorization"] == nil)
    }

    @Test func aTokenIsSentAlong() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        let settings = CustomerServiceSettings(url: "\(server.url)/", token: "abc.def")
        let answer = await CustomerService(settings, metrics: MetricsRegistry()).lookUp(Self.ann)
        #expect(answer == .unknown)
        #expect(server.requests.map(\.path) == ["/api/customers/\(Self.ann)"])
        #expect(server.requests.first?.headers["authorization"] == "Bearer abc.def")
    }

    @Test(arguments: [
        #"{"email": null}"#, #"{"name": "", "email": "", "locale": "", "preferences": {}}"#,
        #"{"email": "ann"}"#, #"{"email": "ann@bücher.example"}"#, #"{"email": "a b@example.org"}"#,
        #"{"email": "ann@example.org\r\nRCPT TO:<b@example.org>"}"#, #"{"email": "<ann@example.org>"}"#,
        #"{"email": "ann@example.org, bob@example.org"}"#, #"{"email": "ann@@example.org"}"#,
        #"{"email": "\"ann\"@example.org"}"#, #"{"email": "ann@[127.0.0.1]"}"#, #"{"email": "ann@-example.org"}"#,
        #"{"email": "ann.@example.org", "locale": "Deutsch", "name": "\u0007\n "}"#,
    ])
    func whatIsNoAddressIsNone(document: String) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.know([Self.ann: document])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        #expect(answer == .found(Customer(id: Self.ann)))
    }

    @Test(arguments: [
        (#"{"optOut": true}"#, Preferences(isOptedOut: true)),
        (#"{"optOut": "yes", "order-follow-up": false}"#, Preferences(kinds: [.orderFollowUp: false])),
        (
            #"{"order-confirmed": false, "kinds": {"order-confirmed": true}}"#,
            Preferences(kinds: [.orderConfirmed: true])
        ),
        (#"{"kinds": [1], "No Kind!": true}"#, Preferences()), ("null", Preferences()),
    ])
    func preferencesMayBeWrittenInTwoWays(text: String, expected: Preferences) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.know([Self.ann: #"{"preferences": \#(text)}"#])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        #expect(answer == .found(Customer(id: Self.ann, preferences: expected)))
    }

    @Test(arguments: [404, 410]) func aCustomerThatTheServiceDoesNotHaveIsUnknown(status: Int) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.answer(status, "<html>")
        let service = CustomerService.at(server)
        for _ in 0..<30 {
            let answer = await service.lookUp(Self.ann)
            #expect(answer == .unknown)
        }
        // None of them was a failure: all were asked for.
        #expect(server.requests.count == 30)
    }

    @Test(arguments: [
        ("", "is no JSON"), ("<html>", "is no JSON"), (#"{"name": "Ann""#, "is no JSON"), ("[]", "is an array"),
        (#"{"error": "no database"}"#, "says nothing of a customer"), (#"{"name": 7}"#, "has an integer as name"),
        (#"{"email": ["a@example.org"]}"#, "has an array as email"),
        (#"{"preferences": "all"}"#, "has a string as preferences"),
        (#"{"id": "019a0000-0000-7000-8000-000000000001", "email": "bob@example.org"}"#, "is about another customer"),
        (#"{"customerId": "bob", "email": "bob@example.org"}"#, "is about another customer"),
    ])
    func rubbishIsNoCustomerAndIsAskedForOnce(document: String, words: String) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.know([Self.ann: document])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        let reason = reason(answer)
        #expect(reason?.contains(words) == true, "\(answer)")
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [500, 502, 503, 429, 408]) func whatMayPassIsAskedForThreeTimes(status: Int) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.answer(status, "later")
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        #expect(answer == .unavailable(reason: "the customer service answered \(status)"))
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [400, 401, 403, 204, 302]) func otherAnswersAreFailuresAndAskedForOnce(status: Int) async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.answer(status, headers: [("Location", "\(server.url)/elsewhere")])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        #expect(answer == .unavailable(reason: "the customer service answered \(status)"))
        #expect(server.requests.map(\.path) == ["/api/customers/\(Self.ann)"])
    }

    @Test func oneBadMomentIsNotNoticed() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        let answers = Mutex([StubHTTPServer.Answer(503), StubHTTPServer.Answer(200, #"{"email": "ann@example.org"}"#)])
        server.behave(.answer { _ in answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] } })
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        #expect(answer == .found(Customer(id: Self.ann, email: "ann@example.org")))
    }

    @Test func aServiceThatHangsIsLeftAlone() async throws {
        let server = try StubHTTPServer(.hang)
        defer { server.close() }
        let answer = await CustomerService.at(server, timeout: .milliseconds(150)).lookUp(Self.ann)
        let reason = reason(answer)
        #expect(reason?.contains("timeout") == true, "\(answer)")
        // The time is for all three: where the machine is busy, none is left for the last.
        #expect((1...3).contains(server.requests.count))
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"name\"", "220 mail.example ESMTP\r\n"])
    func aLineThatIsCutIsNoAnswer(bytes: String) async throws {
        let server = try StubHTTPServer(.send(bytes))
        defer { server.close() }
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        let reason = reason(answer)
        #expect(reason != nil, "\(answer)")
    }

    @Test func anAnswerThatIsTooLargeIsNone() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.know([Self.ann: #"{"name": "\#(String(repeating: "a", count: 70_000))"}"#])
        let answer = await CustomerService.at(server).lookUp(Self.ann)
        let reason = reason(answer)
        #expect(reason?.contains("tooLarge") == true, "\(answer)")
    }

    @Test func aServiceThatIsNotThereIsUnavailableUntilItComesBack() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        server.know([Self.ann: #"{"email": "ann@example.org"}"#])
        let service = CustomerService.at(server)
        server.goAway()
        let gone = reason(await service.lookUp(Self.ann))
        #expect(gone?.contains("unreachable") == true, "\(gone ?? "found")")
        server.comeBack()
        let back = await service.lookUp(Self.ann)
        #expect(back == .found(Customer(id: Self.ann, email: "ann@example.org")))
    }

    @Test func aPathMustFitBehindTheURL() {
        for url in ["http://a", "HTTPS://customers.shop.example/v1/", "http://[::1]:8080"] {
            #expect(CustomerServiceSettings.isBaseURL(url), "\(url)")
        }
        for url in [
            "", "http://", "ftp://a", "a", "http://a?b", "http://a#b", "http://u:p@a", "http://a b", "http://a\r\n",
        ] {
            #expect(!CustomerServiceSettings.isBaseURL(url), "\(url)")
        }
    }

    @Test func withoutAServiceThereIsAReason() async {
        let service = CustomerService(CustomerServiceSettings(url: ""), metrics: MetricsRegistry())
        #expect(await service.lookUp(Self.ann) == .unavailable(reason: "CUSTOMER_SERVICE_URL is not set"))
    }

    /// The breaker is seen to open, to spare the service, and to close.
    @Test func aServiceThatFailsIsNotAskedForAWhile() async throws {
        let server = try StubHTTPServer()
        defer { server.close() }
        let (time, metrics, sink) = (TestTime(), MetricsRegistry(), MemorySink())
        let service = CustomerService.at(
            server, attempts: 1, logger: Logger(service: "test", sink: sink), metrics: metrics, now: { time.now })
        func state() -> String? {
            let gauge = metrics.gauge("circuit_breaker_state", help: "")
            return ["closed", "open", "half_open"].first {
                gauge.value(["circuit": "customer-service", "state": $0]) == 1
            }
        }
        server.answer(500)
        for _ in 0..<10 { _ = await service.lookUp(Self.ann) }
        #expect(state() == "open")
        let spared = reason(await service.lookUp(Self.ann))
        #expect(spared?.contains("is not asked for a while") == true)
        #expect(server.requests.count == 10)
        // Still away after the pause: one tries, and it stays open.
        time.advance(.seconds(10))
        for _ in 0..<5 { _ = await service.lookUp(Self.ann) }
        #expect(server.requests.count == 11 && state() == "open")
        // Back: one tries, and all go on.
        server.know([Self.ann: #"{"email": "ann@example.org"}"#])
        time.advance(.seconds(10))
        for _ in 0..<5 {
            let found = await service.lookUp(Self.ann)
            #expect(found == .found(Customer(id: Self.ann, email: "ann@example.org")))
        }
        #expect(server.requests.count == 16 && state() == "closed")
        let lookUps = metrics.histogram("customer_lookup_duration_seconds", help: "")
        let counts = ["found", "unavailable", "not_asked", "unknown"].map { lookUps.total(["outcome": $0]) }
        #expect(counts == [5, 11, 5, 0])
        let changes = sink.lines.filter { $0.contains("circuit") }
        #expect(changes.count == 5)
        // Nothing of the customer gets into a log.
        #expect(!sink.lines.contains { $0.contains("\(Self.ann)") || $0.contains("ann@") })
    }

    @Test func lookUpsDoNotWaitForEachOther() async throws {
        let server = try StubHTTPServer(.hang)
        defer { server.close() }
        let service = CustomerService.at(server, timeout: .seconds(60))
        try await withThrowingTaskGroup(of: CustomerAnswer.self) { group in
            for _ in 0..<8 { group.addTask { await service.lookUp(.v7()) } }
            try await eventually("all eight are asked for at once") { server.requests.count == 8 }
            server.answer(404)
            for try await answer in group { #expect(answer == .unknown) }
        }
    }
}

/// A time that a test moves.
final class TestTime: Sendable {
    private let time = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
}
