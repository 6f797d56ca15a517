import DomainKit
import JSON
import StockDomain
import Testing

@Suite struct AdjustmentTests {
    private func faults(_ text: String) throws -> [String] {
        let document = try JSONValue(parsing: Array(text.utf8))
        do {
            _ = try JSONReader.decode(Adjustment.self, from: document)
            return []
        } catch {
            return error.faults.map(\.pointer)
        }
    }

    @Test(
        arguments: [
            (#"{"delta":100,"reason":"receipt"}"#, []),
            (#"{"delta":-1000000000,"reason":"r"}"#, []),
            (#"{"delta":0,"reason":"receipt"}"#, ["/delta"]),
            (#"{"delta":1000000001,"reason":""}"#, ["/delta", "/reason"]),
            (#"{"delta":1.0,"reason":"a\nb"}"#, ["/delta", "/reason"]),
            (#"{"delta":"1"}"#, ["/delta", "/reason"]),
            (#"{"delta":true,"reason":["receipt"]}"#, ["/delta", "/reason"]),
            (#"null"#, [""]),
        ]) func everyFaultOfAnAdjustmentIsToldAtOnce(text: String, pointers: [String]) throws
    {
        #expect(Set(try faults(text)) == Set(pointers))
    }

    @Test func aLevelNeverGoesBelowZero() throws {
        let level = StockLevel(productID: .v7(), onHand: 3)
        #expect(try level.adjusted(by: Adjustment(delta: -3, reason: "broken")).onHand == 0)
        #expect(throws: StockError.belowZero(delta: -4, onHand: 3)) {
            try level.adjusted(by: Adjustment(delta: -4, reason: "broken"))
        }
    }

    @Test func allThatIsOnHandIsAvailable() {
        #expect(StockLevel(productID: .v7(), onHand: 7).available == 7)
    }
}
