import DomainKit
import OrderApplication
import OrderDomain
import Testing

@Suite struct PlaceOrderCommandTests {
    private func command(
        _ quantity: Int = 1, customer id: EntityID = customer, delivery: Delivery = Delivery()
    ) -> PlaceOrderCommand {
        PlaceOrderCommand(
            customerID: id, items: [BasketItem(productID: product(1), quantity: quantity)], delivery: delivery)
    }

    @Test func theSameCommandIsTheSameBytes() {
        #expect(command().canonicalBytes == command().canonicalBytes)
    }

    @Test func everyPartOfACommandCounts() {
        let address = ShippingAddress(street: "a", city: "b", zipCode: "c")
        let variants = [
            command(), command(2), command(customer: product(9)), command(delivery: Delivery(paymentMethod: "card")),
            command(delivery: Delivery(shippingAddress: address)),
            command(
                delivery: Delivery(
                    shippingAddress: ShippingAddress(street: "a", city: "b", zipCode: "c", country: "CH"))),
            command(delivery: Delivery(contact: Contact(name: "x", email: nil))),
            command(delivery: Delivery(contact: Contact(name: nil, email: "x"))),
        ]
        #expect(Set(variants.map(\.canonicalBytes)).count == variants.count)
    }
}
