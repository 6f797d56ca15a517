import JSON
import NotificationDomain
import Testing

@Suite struct TemplateKeyTests {
    @Test(arguments: ["order-confirmed", "a", "low-stock-2", String(repeating: "x", count: 64)])
    func wordsJoinedByHyphensAreAKey(text: String) { #expect(TemplateKey(text)?.text == text) }

    @Test(
        arguments: ["", "-", "a-", "-a", "a--b", "Order", "order confirmed", "bestätigt", "a/b", "a\n", "x\u{0}"]
            + [String(repeating: "x", count: 65)])
    func nothingElseIsAKey(text: String) { #expect(TemplateKey(text) == nil) }
}
