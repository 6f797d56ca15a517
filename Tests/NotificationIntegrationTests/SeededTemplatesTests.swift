import NotificationDomain
import NotificationInfrastructure
import OrderContracts
import Testing

@Suite struct SeededTemplatesTests {
    /// The order's date as the language writes it.
    private func placed(_ order: OrderSnapshot, _ locale: String) throws -> String {
        ICUFormatter().text(order.orderDate, in: try #require(LocaleTag(locale))).plainSpaces
    }

    @Test func aConfirmationShowsTheWholeOrder() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder(name: "Jürgen <b> 👋")
            try await notification.confirm(order)
            let told = try #require(try await notification.notifications(of: order).first)
            let message = try #require(told.message)
            #expect(message.subject == "Your order \(order.orderID) is confirmed")
            #expect(
                message.text.plainSpaces == """
                    Dear Jürgen <b> 👋,

                    thank you for your order. Everything in it is in stock and set aside for you.

                    Order \(order.orderID)
                    Placed \(try placed(order, "en"))

                      3 x Cup & <saucer> (CUP-1) at €19.99: €59.97
                      1 x Grüner Tee 🍵 (TEA-1) at €0.05: €0.05

                    Total: €60.02

                    Kind regards
                    Your shop

                    """)
            #expect(message.html.contains("<p>Dear Jürgen &lt;b&gt; 👋,</p>"))
            #expect(message.html.contains("<td style=\"padding: 6px 0\">Cup &amp; &lt;saucer&gt;<br>"))
            #expect(message.html.contains("€60.02</th>"))
            #expect(message.html.matches(of: /<tr style="border-bottom: 1px solid #ddd">/).count == 2)
            #expect(!message.html.contains("{{"))
        }
    }

    @Test func aCancellationSaysWhy() async throws {
        try await NotificationFixture.with { notification in
            let order = try someOrder()
            try await notification.cancel(order, reason: "only 2 of 3 <cups> are left")
            let told = try #require(try await notification.notifications(of: order).first)
            let message = try #require(told.message)
            #expect(message.subject == "Your order \(order.orderID) is cancelled")
            #expect(message.text.contains("\nReason: only 2 of 3 <cups> are left\n"))
            #expect(message.text.contains("Total of the cancelled order: €60.02"))
            #expect(message.html.contains("<strong>Reason:</strong> only 2 of 3 &lt;cups&gt; are left"))
            #expect(!message.text.contains("{{") && !message.html.contains("{{"))
        }
    }
}
