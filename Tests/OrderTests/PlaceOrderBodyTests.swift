import DomainKit
import JSON
import OrderAPI
import OrderApplication
import OrderDomain
import Testing

private let customerMember = #""customerId": "\#(customer)""#

private func item(_ number: UInt64, _ quantity: String = "1") -> String {
    #"{"productId": "\#(product(number))", "quantity": \#(quantity)}"#
}

private func read(_ text: String) throws -> PlaceOrderCommand {
    try JSONReader.decode(PlaceOrderBody.self, from: JSONValue(parsing: Array(text.utf8))).command
}

private func pointers(_ text: String) throws -> [String] {
    do {
        _ = try read(text)
        return []
    } catch let faults as JSONFaults {
        return faults.faults.map(\.pointer)
    }
}

@Suite struct PlaceOrderBodyTests {
    @Test func everythingOfARequestIsRead() throws {
        let command = try read(
            """
            {\(customerMember), "items": [\(item(1, "2")), \(item(2, "10000"))],
             "shippingAddress": {"street": "Main St 1", "city": "Bern", "zipCode": "3000", "country": "CH"},
             "paymentMethod": "invoice", "contact": {"name": "Ada", "email": "ada@example.com"}}
            """)
        #expect(command.customerID == customer)
        #expect(
            command.items == [
                BasketItem(productID: product(1), quantity: 2), BasketItem(productID: product(2), quantity: 10_000),
            ])
        #expect(
            command.delivery
                == Delivery(
                    shippingAddress: ShippingAddress(
                        street: "Main St 1", city: "Bern", zipCode: "3000", country: "CH"),
                    paymentMethod: "invoice", contact: Contact(name: "Ada", email: "ada@example.com")))
    }

    @Test func whatIsOptionalMayBeMissingOrNull() throws {
        let bare = try read("{\(customerMember), \"items\": [\(item(1))]}")
        let null = try read(
            """
            {\(customerMember), "items": [\(item(1))], "shippingAddress": null, "paymentMethod": null, "contact": null}
            """)
        #expect(bare == null)
        #expect(bare.delivery == Delivery())
    }

    @Test func aClientsPriceIsNeverRead() throws {
        let priced = try read(
            """
            {\(customerMember), "totalAmount": 0,
             "items": [{"productId": "\(product(1))", "quantity": 1, "unitPrice": "nonsense"}]}
            """)
        #expect(priced == (try read("{\(customerMember), \"items\": [\(item(1))]}")))
    }

    @Test(arguments: [
        ("[]", [""]), ("\"order\"", [""]), ("{}", ["/customerId", "/items"]),
        (#"{"customerId": "me", "items": 1}"#, ["/customerId", "/items"]),
        (#"{"customerId": 7, "items": []}"#, ["/customerId", "/items"]),
        ("{\(customerMember), \"items\": [1, {}]}", ["/items/0", "/items/1/productId", "/items/1/quantity"]),
    ])
    func everyFaultyFieldIsNamed(_ body: String, _ expected: [String]) throws {
        #expect(try pointers(body) == expected)
    }

    @Test(arguments: ["0", "-1", "10001", "1.0", "1e2", "\"1\"", "null", "true", "9223372036854775807"])
    func aQuantityOutOfBoundsIsAFault(_ quantity: String) throws {
        #expect(try pointers("{\(customerMember), \"items\": [\(item(1, quantity))]}") == ["/items/0/quantity"])
    }

    @Test func aHundredItemsAreTakenAndOneMoreIsNot() throws {
        func body(_ count: UInt64) -> String {
            "{\(customerMember), \"items\": [\((1...count).map { item($0) }.joined(separator: ","))]}"
        }
        #expect(try read(body(100)).items.count == 100)
        #expect(try pointers(body(101)) == ["/items"])
    }

    @Test func theSameProductTwiceIsAFaultOfTheSecond() throws {
        let body = "{\(customerMember), \"items\": [\(item(1)), \(item(2, "0")), \(item(1))]}"
        #expect(try pointers(body) == ["/items/1/quantity", "/items/2/productId"])
    }

    @Test func theSameProductInOtherSpellingIsTheSame() throws {
        let shouted = #"{"productId": "\#(product(1).description.uppercased())", "quantity": 1}"#
        #expect(try pointers("{\(customerMember), \"items\": [\(item(1)), \(shouted)]}") == ["/items/1/productId"])
    }

    @Test(arguments: [
        (#""shippingAddress": 1"#, ["/shippingAddress"]),
        (#""shippingAddress": {"street": "a"}"#, ["/shippingAddress/city", "/shippingAddress/zipCode"]),
        (#""shippingAddress": {"street": "", "city": "b", "zipCode": "c"}"#, ["/shippingAddress/street"]),
        (
            #""shippingAddress": {"street": "a", "city": "b", "zipCode": "c", "country": 1}"#,
            ["/shippingAddress/country"]
        ),
        (#""paymentMethod": "line\nfeed""#, ["/paymentMethod"]), (#""paymentMethod": []"#, ["/paymentMethod"]),
        (#""paymentMethod": "\#(String(repeating: "é", count: 201))""#, ["/paymentMethod"]),
        (#""contact": "ada""#, ["/contact"]),
        (#""contact": {"name": 1, "email": 2}"#, ["/contact/name", "/contact/email"]),
    ])
    func optionalFieldsAreCheckedToo(_ member: String, _ expected: [String]) throws {
        #expect(try pointers("{\(customerMember), \"items\": [\(item(1))], \(member)}") == expected)
    }

    @Test func textOfTwoHundredCharactersIsTaken() throws {
        let text = String(repeating: "é", count: 200)
        let command = try read("{\(customerMember), \"items\": [\(item(1))], \"paymentMethod\": \"\(text)\"}")
        #expect(command.delivery.paymentMethod == text)
    }
}

@Suite struct EmailTests {
    private func isTaken(_ email: String) throws -> Bool {
        let email = JSONValue.string(email).jsonText
        let body = "{\(customerMember), \"items\": [\(item(1))], \"contact\": {\"email\": \(email)}}"
        let pointers = try pointers(body)
        #expect(pointers.isEmpty || pointers == ["/contact/email"])
        return pointers.isEmpty
    }

    @Test(arguments: ["a@b.ch", "first.last+tag@mail.example.com", "jürg@bücher.example"])
    func whatLooksLikeAnAddressIsTaken(_ email: String) throws { #expect(try isTaken(email)) }

    @Test(arguments: [
        "", "ada", "@example.com", "ada@", "a@b@c.com", "a b@c.com", "a@.com", "a@b..com", "a@b.com.", "<a@b.com>",
        "a@b.com\r\nBcc: c@d.com", "a@b.com\u{2028}", "a,b@c.com",
    ])
    func whatDoesNotIsAFault(_ email: String) throws { #expect(try !isTaken(email)) }
}

@Suite struct CancelOrderBodyTests {
    private func reason(_ text: String) throws -> String? {
        try JSONReader.decode(CancelOrderBody.self, from: JSONValue(parsing: Array(text.utf8))).reason
    }

    @Test func aReasonIsOptional() throws {
        #expect(try reason("{}") == nil)
        #expect(try reason(#"{"reason": null}"#) == nil)
        #expect(try reason(#"{"reason": ""}"#) == nil)
        #expect(try reason(#"{"reason": "too late"}"#) == "too late")
    }

    @Test(arguments: [#"{"reason": 1}"#, #"{"reason": "a\u0007b"}"#, "[]", "1"])
    func anythingElseIsAFault(_ body: String) { #expect(throws: JSONFaults.self) { try reason(body) } }

    @Test func aReasonHasAtMostFiveHundredCharacters() throws {
        #expect(try reason(#"{"reason": "\#(String(repeating: "x", count: 500))"}"#)?.count == 500)
        #expect(throws: JSONFaults.self) { try reason(#"{"reason": "\#(String(repeating: "x", count: 501))"}"#) }
    }
}
