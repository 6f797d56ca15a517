import DomainKit
import JSON
import NotificationDomain
import OrderContracts
import Testing

@testable import NotificationApplication

/// What templates are told that they can use is what they are filled with.
@Suite struct MessageDataTests {
    private static let keys: [TemplateKey] = [.orderConfirmed, .orderCancelled, .orderFollowUp, .lowStockDigest]

    @Test(arguments: keys) func theShapeOfTheDataIsWhatItsKeySays(key: TemplateKey) {
        let data = key.sample.messageData(in: .plain)
        // A member that the shape does not name is a fault, as is one that is missing.
        #expect(key.messageShape.faults(in: data) == [])
    }

    @Test func whatMayBeMissingIsNullAndStillOfTheShape() throws {
        let order = try someOrder()
        let data = Occasion.order(order, reason: nil).messageData(in: .plain)
        #expect(data["reason"] == .null && data["recipientName"] == .null)
        #expect(TemplateKey.orderConfirmed.messageShape.faults(in: data) == [])
        #expect(TemplateKey.lowStockDigest.messageShape.faults(in: Occasion.lowStock([]).messageData(in: .plain)) == [])
    }

    @Test func aTotalOfALineThatCannotBeCountedIsLeftOut() throws {
        let line = OrderLine(
            productID: .v7(), sku: "A", name: "A", quantity: 2,
            unitPrice: Money(minorUnits: .max, currency: .euro))
        let order = OrderSnapshot(
            orderID: .v7(), customerID: .v7(), lines: [line], totalAmount: Money(minorUnits: 1, currency: .euro),
            orderDate: Timestamp(microseconds: 0), contact: nil)
        let data = Occasion.order(order, reason: nil).messageData(in: .plain)
        #expect(data["items"]?.arrayValue?.first?["lineTotal"] == .null)
        #expect(TemplateKey.orderConfirmed.messageShape.faults(in: data) == [])
    }

    @Test func aDigestTellsOfEachProduct() throws {
        let time = try #require(Timestamp("2026-11-21T09:30:15Z"))
        let cup = LowProduct(productID: .v7(), sku: "CUP-1", name: "Cup", available: 2, threshold: 5, since: time)
        let data = Occasion.lowStock([cup]).messageData(in: .plain)
        #expect(data["count"] == .integer(1))
        let product = try #require(data["products"]?.arrayValue?.first)
        #expect(product["available"] == .integer(2) && product["threshold"] == .integer(5))
        #expect(product["since"] == "2026-11-21 09:30 UTC")
        #expect(product["sinceFormatted"] == "2026-11-21T09:30:15.000000Z as in en")
    }

    @Test(arguments: ["order-confirmed", "order-confirmed/de", "a/zh-Hant-TW"])
    func aVariantIsReadAsItIsWritten(text: String) { #expect(TemplateVariant(text)?.description == text) }

    @Test(arguments: ["", "/", "a/", "/de", "a/german", "A", "a/de/x"])
    func whatIsNoVariantIsNone(text: String) { #expect(TemplateVariant(text) == nil) }
}
