import DomainKit
import Encodings
import Locking
import Mail
import NotificationApplication
import NotificationDomain

/// Delivers messages as mails by SMTP.
public final class EmailChannel: NotificationChannel {
    public let channel = Channel.email
    public let needsAddress = true
    /// A mail that met a connection which the server had ended is sent on another.
    public var timeLimit: Duration { settings.timeout * 2 }

    private let settings: MailSettings
    private let clients: [SMTPClient]
    /// Those that do nothing now.
    private let idle: Mutex<[Int]>
    private let clock: any WallClock

    /// - Parameter connections: how many mails are handed over at the same time; each connection is kept for the next mail.
    public init(_ settings: MailSettings, connections: Int = 1, clock: any WallClock = SystemClock()) {
        self.settings = settings
        self.clock = clock
        var limits = SMTPClientSettings()
        limits.timeout = settings.timeout
        limits.certificates = settings.certificates
        clients = (0..<max(1, connections)).map {
            SMTPClient(name: "smtp-\($0)", to: settings.server, settings: limits)
        }
        idle = Mutex(Array(clients.indices))
    }

    public func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
        let mail = try mail(of: message)
        // The one that was used last has a connection. Where all are busy, it waits for one of them.
        let taken = idle.withLock { $0.popLast() }
        defer { if let taken { idle.withLock { $0.append(taken) } } }
        do throws(SMTPError) {
            try await clients[taken ?? clients.startIndex].send(mail)
        } catch {
            throw DeliveryFailed(reason: "\(error)", isTemporary: error.isTemporary)
        }
    }

    private func mail(of message: OutgoingMessage) throws(DeliveryFailed) -> MailMessage {
        guard case .email(let text) = message.recipient else {
            throw DeliveryFailed(reason: "there is no e-mail address to send it to")
        }
        let address: MailAddress
        do throws(MailAddressFault) {
            address = try MailAddress(text)
        } catch {
            throw DeliveryFailed(reason: "the e-mail address \(error)")
        }
        let sender = settings.from.address
        guard let id = MessageID("\(message.notificationID).\(message.round)", at: sender.domain) else {
            throw DeliveryFailed(reason: "the domain of MAIL_FROM is too long")
        }
        var mail = MailMessage(
            from: settings.from, to: Mailbox(name: message.name, address), subject: message.message.subject,
            text: message.message.text, html: message.message.html, date: clock.now, id: id)
        mail.language = message.locale.text
        if !message.template.isTransactional {
            mail.unsubscription = Unsubscription(
                address: sender, subject: "unsubscribe \(message.template)", url: unsubscribeURL(for: message))
        }
        return mail
    }

    /// Nil where there is none, or where it needs a customer and the message is for none.
    private func unsubscribeURL(for message: OutgoingMessage) -> String? {
        guard let pattern = settings.unsubscribeURL else { return nil }
        let url = pattern.replacing("{kind}", with: percentEncoded(message.template.text))
        guard url.contains("{customerId}") else { return url }
        return message.customerID.map { url.replacing("{customerId}", with: percentEncoded("\($0)")) }
    }
}
