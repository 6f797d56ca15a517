import NotificationDomain
import Testing

@Suite struct MessageTests {
    @Test func aSubjectStaysOneLineWhateverACustomerIsCalled() {
        let message = Message(subject: " Order\r\nBcc: a@b.c \t\u{0}of\u{2028}Ann ", text: "a\nb", html: "<p>\n</p>")
        #expect(message.subject == "Order Bcc: a@b.c of Ann")
        #expect(message.text == "a\nb")
        #expect(message.html == "<p>\n</p>")
    }

    @Test func emojiAndUmlautsStayInASubject() {
        #expect(Message(subject: "Grüße 👩‍👩‍👧 ✅", text: "", html: "").subject == "Grüße 👩‍👩‍👧 ✅")
    }
}
