import DomainKit
import Testing

@testable import HTTPServer
@testable import RateLimiting

@Suite struct RateCountsTests {
    private let limit = RateLimit("default", quota: 3, window: .seconds(60))
    /// Ten seconds into a minute.
    private let now = Timestamp(microseconds: 1_800_000_010_000_000)

    @Test func soManyAreAdmittedInAWindowAndNoMore() {
        var counts = RateCounts()
        let verdicts = (0..<5).map { _ in counts.admit("ann", by: limit, at: now) }
        #expect(verdicts.map(\.isAdmitted) == [true, true, true, false, false])
        #expect(verdicts.map(\.remaining) == [2, 1, 0, 0, 0])
        #expect(verdicts.allSatisfy { $0.reset == 50 })
        let later = counts.admit("ann", by: limit, at: now + .seconds(50))
        #expect(later == RateCounts.Verdict(isAdmitted: true, remaining: 2, reset: 60))
    }

    @Test func nobodyUsesUpTheWindowOfAnother() {
        var counts = RateCounts()
        for _ in 0..<5 { _ = counts.admit("ann", by: limit, at: now) }
        let other = counts.admit("bob", by: limit, at: now)
        let write = counts.admit("ann", by: RateLimit("write", quota: 1, window: .seconds(60)), at: now)
        #expect(other.remaining == 2)
        #expect(write.isAdmitted)
    }

    @Test func whatOthersLetThroughCounts() {
        var counts = RateCounts()
        _ = counts.admit("ann", by: limit, at: now)
        let shares = counts.takeShares(atMost: 10, at: now)
        #expect(shares == [.init(key: "default ann", windowEnd: 1_800_000_060, requests: 1)])
        // One comes while the exchange is on its way.
        let meanwhile = counts.admit("ann", by: limit, at: now)
        #expect(meanwhile.remaining == 1)
        counts.learn([.init(key: "default ann", windowEnd: 1_800_000_060, requests: 2)], after: shares)
        let after = counts.admit("ann", by: limit, at: now)
        #expect(!after.isAdmitted && after.remaining == 0)
        let rest = counts.takeShares(atMost: 10, at: now)
        #expect(rest.map(\.requests) == [1])
    }

    @Test func whatCouldNotBeToldIsToldLater() {
        var counts = RateCounts()
        _ = counts.admit("ann", by: limit, at: now)
        let shares = counts.takeShares(atMost: 10, at: now)
        counts.keep(shares)
        let verdict = counts.admit("ann", by: limit, at: now)
        #expect(verdict.remaining == 1)
        let again = counts.takeShares(atMost: 10, at: now)
        #expect(again.map(\.requests) == [2])
    }

    @Test func whatIsLearnedTooLateChangesNothing() {
        var counts = RateCounts()
        _ = counts.admit("ann", by: limit, at: now)
        let shares = counts.takeShares(atMost: 10, at: now)
        let next = now + .seconds(60)
        _ = counts.admit("ann", by: limit, at: next)
        counts.learn([.init(key: "default ann", windowEnd: 1_800_000_060, requests: 99)], after: shares)
        let verdict = counts.admit("ann", by: limit, at: next)
        #expect(verdict.remaining == 1)
    }

    @Test func manyStrangersShareACountBeforeTheyUseUpTheMemory() {
        var counts = RateCounts()
        for number in 0..<RateCounts.mostKeys { _ = counts.admit("\(number)", by: limit, at: now) }
        let late = (0..<4).map { counts.admit("late \($0)", by: limit, at: now).isAdmitted }
        #expect(late == [true, true, true, false])
        #expect(counts.admit("0", by: limit, at: now).isAdmitted)
        let shares = counts.takeShares(atMost: 10, at: now + .seconds(60))
        #expect(shares.isEmpty)
        #expect(counts.admit("late 1", by: limit, at: now + .seconds(60)).isAdmitted)
    }
}

@Suite struct TrustedProxiesTests {
    private func client(_ peer: String, _ headers: HTTPHeaders, trusting setting: String) throws -> String {
        try #require(TrustedProxies(setting: setting)).client(behind: peer, headers)
    }

    @Test func withoutAProxyToTrustNobodysWordIsTaken() throws {
        let headers: HTTPHeaders = ["X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"]
        #expect(try client("192.0.2.1", headers, trusting: "") == "192.0.2.1")
        #expect(try client("192.0.2.1", headers, trusting: "10.0.0.0/8") == "192.0.2.1")
    }

    @Test(arguments: [
        ("198.51.100.1", "198.51.100.1"), ("203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("203.0.113.9, 198.51.100.1, 10.1.1.1", "198.51.100.1"), ("198.51.100.1:4711", "198.51.100.1"),
        ("10.1.1.1", "10.1.1.1"), ("unknown, 10.1.1.1", "10.1.1.1"), ("203.0.113.9, junk", "10.0.0.1"),
        ("[2001:db8::1]:80", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"), ("", "10.0.0.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ])
    func theLastAddressThatIsNoProxyIsTheClients(header: String, expected: String) throws {
        #expect(try client("10.0.0.1", ["X-Forwarded-For": header], trusting: "10.0.0.0/8") == expected)
    }

    @Test(arguments: [
        ("for=198.51.100.1", "198.51.100.1"), ("proto=https;For=\"[2001:db8::1]:80\";by=10.0.0.1", "2001:db8::1"),
        ("for=203.0.113.9, for=198.51.100.1;host=x", "198.51.100.1"), ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ])
    func theStandardHeaderIsReadToo(header: String, expected: String) throws {
        #expect(try client("10.0.0.1", ["Forwarded": header], trusting: "10.0.0.0/8") == expected)
    }

    @Test func whereTwoHeadersDoNotAgreeOneIsTheClientsOwn() throws {
        var headers: HTTPHeaders = ["X-Forwarded-For": "198.51.100.1", "Forwarded": "for=203.0.113.9"]
        #expect(try client("10.0.0.1", headers, trusting: "10.0.0.1") == "10.0.0.1")
        headers["Forwarded"] = "for=198.51.100.1"
        #expect(try client("10.0.0.1", headers, trusting: "10.0.0.1") == "198.51.100.1")
    }

    @Test func severalLinesAreOneList() throws {
        let headers: HTTPHeaders = ["X-Forwarded-For": "203.0.113.9", "x-forwarded-for": "198.51.100.1"]
        #expect(try client("10.0.0.1", headers, trusting: "10.0.0.1") == "198.51.100.1")
    }

    @Test(arguments: ["x", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "10.0.0.1 10.0.0.2", "10.0.0.0/8/8"])
    func aSettingThatNamesNoNetworkIsRefused(setting: String) { #expect(TrustedProxies(setting: setting) == nil) }

    @Test func networksHoldWhatBeginsAsTheyDo() throws {
        func contains(_ network: String, _ address: String) throws -> Bool {
            try #require(NetworkAddress(network: network)).contains(try #require(NetworkAddress(address)))
        }
        #expect(try contains("10.0.0.0/9", "10.127.255.255") && !contains("10.0.0.0/9", "10.128.0.0"))
        #expect(try contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "::1"))
        #expect(try contains("2001:db8::/32", "2001:db8:1::1") && !contains("2001:db8::/32", "2001:db9::1"))
        #expect(try contains("10.0.0.1", "::ffff:10.0.0.1"))
        #expect(NetworkAddress("2001:db8:1:2:3:4:5:6")?.household.description == "2001:db8:1:2::/64")
        #expect(NetworkAddress("192.0.2.1")?.household.description == "192.0.2.1")
    }
}
