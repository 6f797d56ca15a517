import DomainKit
import JSON
import OrderContracts
import Testing

@testable import NotificationApplication

@Suite struct AnnouncementTests {
    private func recipient(_ contact: OrderContact?) throws -> (String, OrderSnapshot) {
        let order = try someOrder(contact: contact)
        let announcement = Announcement(order: order, template: .orderConfirmed, cause: Cause(correlationID: "c"))
        return (announcement.recipient.description, order)
    }

    @Test func theRecipientIsTheAddressThatCameWithTheOrder() throws {
        #expect(try recipient(OrderContact(name: nil, email: "ann@example.org")).0 == "ann@example.org")
    }

    @Test(arguments: [nil, OrderContact(name: "Ann", email: nil), OrderContact(name: nil, email: "")])
    func withoutAnAddressNoneIsInvented(contact: OrderContact?) throws {
        let (recipient, order) = try recipient(contact)
        #expect(recipient == "customer:\(order.customerID)")
    }

    @Test func aTemplateIsGivenTheWholeOrder() throws {
        let order = try someOrder(contact: OrderContact(name: "Ann", email: nil))
        let data = order.messageData(reason: "sold out", in: .plain)
        #expect(data["orderId"]?.stringValue == order.orderID.description)
        #expect(data["orderDate"]?.stringValue == "2026-11-21 09:30 UTC")
        #expect(data["customerName"]?.stringValue == "Ann")
        #expect(data["reason"]?.stringValue == "sold out")
        #expect(data["total"]?["amount"]?.stringValue == "60.02")
        let cup = try #require(data["items"]?.arrayValue?.first)
        #expect(cup["quantity"] == .integer(3))
        #expect(cup["unitPrice"]?["amount"]?.stringValue == "19.99")
        #expect(cup["lineTotal"]?["amount"]?.stringValue == "59.97")
        #expect(cup["lineTotal"]?["currency"]?.stringValue == "EUR")
    }

    @Test func anOrderWithoutNameOrReasonHasStandIns() throws {
        let data = try someOrder().messageData(in: .plain)
        #expect(data["customerName"]?.stringValue == "customer")
        #expect(data["recipientName"] == .null)
        #expect(data["reason"] == .null)
    }
}
