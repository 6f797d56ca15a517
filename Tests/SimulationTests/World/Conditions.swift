import Lifecycle

@testable import Messaging

/// What a seed makes of the surroundings. Each seed does without some of the strikes, so that the others come more often.
struct Conditions {
    let workers: Int
    let relay: RelaySettings
    let consumer: ConsumerSettings
    /// Of a thousand steps so many take long.
    let slowSteps: Int
    /// Of a thousand pauses between two jobs so many see a strike; none in calm seeds.
    let strikes: Int
    let kinds: [Strike]
    /// In thousandths, each where it can happen.
    let lostAnswers: Int
    let refusals: Int
    let conflicts: Int
    /// When the storm is over, in microseconds.
    let stormEnds: Int
    let aggregates: Int

    var isCalm: Bool { strikes == 0 }

    init(_ random: inout SplitMix64) {
        let isCalm = random.chance(60)
        workers = random.within(1...3)
        relay = RelaySettings(batchSize: random.within(1...8), unroutableRetryLimit: .seconds(1))
        consumer = ConsumerSettings(
            prefetch: UInt16(random.within(1...12)), batchSize: random.within(1...6),
            retryDelays: [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        slowSteps = random.within(0...120)
        strikes = isCalm ? 0 : random.within(2...20)
        kinds = Strike.allCases.filter { _ in random.chance(600) }
        func often(_ permille: ClosedRange<Int>) -> Int {
            let value = random.within(permille)
            return isCalm || random.chance(400) ? 0 : value
        }
        lostAnswers = often(5...60)
        refusals = often(10...150)
        conflicts = often(10...100)
        stormEnds = random.within(500_000...2_000_000)
        aggregates = random.within(1...4)
    }
}
