import Cryptography
import DomainKit
import Encodings
import JSON
import NotificationApplication
import NotificationDomain

/// What a webhook sends: the message as JSON, signed.
struct WebhookRequest {
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    /// - Parameter time: when it is sent. The signature is over it, so that an old request cannot be sent again by others.
    init(_ message: OutgoingMessage, secrets: [String], at time: Timestamp) throws(HMAC.Failure) {
        body = WebhookBody(message).jsonBytes
        let seconds = String(time.microseconds / 1_000_000)
        let signed = Array(seconds.utf8) + Array(".".utf8) + body
        var signatures: [String] = []
        for secret in secrets {
            let code = try HMAC.sha256(of: signed, key: Array(secret.utf8))
            signatures.append("v1=\(Hexadecimal.encode(code))")
        }
        headers = [
            (name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "Tradewind"),
            (name: "Tradewind-Timestamp", value: seconds),
            (name: "Tradewind-Signature", value: signatures.joined(separator: ",")),
            // The same for all attempts to deliver one message; another one for a resend on purpose.
            (name: "Idempotency-Key", value: "\(message.notificationID).\(message.round)"),
        ]
    }
}

/// `{"notificationId", "round", "orderId", "customerId", "template", "locale", "recipient": {"name", "email"}, "subject",
/// "text", "html", "createdAt"}`: what is not known is null.
private struct WebhookBody: JSONEncodable {
    private let message: OutgoingMessage

    init(_ message: OutgoingMessage) { self.message = message }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("notificationId", message.notificationID)
            json.field("round", message.round)
            json.field("orderId", orNull: message.orderID)
            json.field("customerId", orNull: message.customerID)
            json.field("template", message.template)
            json.field("locale", message.locale)
            json.field("recipient") { json in
                json.object { json in
                    json.field("name", orNull: message.name)
                    json.field("email", orNull: address)
                }
            }
            json.field("subject", message.message.subject)
            json.field("text", message.message.text)
            json.field("html", message.message.html)
            json.field("createdAt", message.createdAt)
        }
    }

    private var address: String? {
        guard case .email(let address) = message.recipient else { return nil }
        return address
    }
}
