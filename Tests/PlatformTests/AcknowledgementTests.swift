import Testing

@testable import Messaging

@Suite struct AcknowledgementTests {
    private let start = ContinuousClock.now

    @Test func thoseOfAFewMillisecondsShareOne() {
        var settled = Acknowledgements(batchSize: 64, prefetch: 200)
        #expect(settled.patience(at: start) == .seconds(60))
        settled.settle(1, count: 1, at: start)
        settled.settle(3, count: 2, at: start + .milliseconds(20))
        let early = settled.take(at: start + .milliseconds(20))
        #expect(early == nil)
        #expect(settled.patience(at: start + .milliseconds(20)) == .milliseconds(5))
        let due = settled.take(at: start + .milliseconds(25))
        #expect(due == 3)
        let again = settled.take(at: start + .seconds(1))
        #expect(again == nil)
        #expect(settled.patience(at: start) == .seconds(60))
    }

    @Test func aFullBatchWaitsForNothing() {
        var settled = Acknowledgements(batchSize: 64, prefetch: 200)
        settled.settle(63, count: 63, at: start)
        let before = settled.take(at: start)
        settled.settle(64, count: 1, at: start)
        let full = settled.take(at: start)
        #expect(before == nil && full == 64)
    }

    /// Or the broker would send nothing more, and the consumer would wait for it.
    @Test(arguments: [1, 2, 12] as [UInt16])
    func theBrokerNeverRunsDry(_ prefetch: UInt16) {
        var settled = Acknowledgements(batchSize: 64, prefetch: prefetch)
        settled.settle(UInt64(prefetch), count: Int(prefetch), at: start)
        let tag = settled.take(at: start)
        #expect(tag == UInt64(prefetch))
    }

    @Test func theEndTakesAllThatIsLeft() {
        var settled = Acknowledgements(batchSize: 64, prefetch: 200)
        let nothing = settled.takeAll()
        settled.settle(7, count: 1, at: start)
        let all = settled.takeAll()
        let again = settled.takeAll()
        #expect(nothing == nil && all == 7 && again == nil)
    }
}
