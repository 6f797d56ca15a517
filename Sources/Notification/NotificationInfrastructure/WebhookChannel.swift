import DomainKit
import HTTPClient
import NotificationApplication
import NotificationDomain

/// Delivers messages by HTTP POST to a program of the shop's, which verifies their signatures (`docs/notifications.md`).
///
/// Redirects are not followed, and unless it is allowed the receiver must have a public address and speak TLS: whoever can
/// set the URL, or its name's address, reaches nothing within. What the receiver says is not read but for the status.
public struct WebhookChannel: NotificationChannel {
    public let channel = Channel.webhook
    public let needsAddress = false
    public let timeLimit: Duration
    private let settings: WebhookSettings
    private let clients: WebClientPool
    private let clock: any WallClock

    public init(_ settings: WebhookSettings, clock: any WallClock = SystemClock()) {
        self.settings = settings
        self.clock = clock
        timeLimit = settings.timeout + .seconds(1)
        var web = WebClientSettings()
        (web.timeout, web.connectTimeout) = (settings.timeout, settings.timeout)
        web.requiresTLS = !settings.allowsPrivateAddresses
        web.allowsPrivateAddresses = settings.allowsPrivateAddresses
        clients = WebClientPool(name: "webhook", size: settings.connections, settings: web)
    }

    public func deliver(_ message: OutgoingMessage) async throws(DeliveryFailed) {
        let request: WebhookRequest
        do {
            request = try WebhookRequest(message, secrets: settings.secrets, at: clock.now)
        } catch {
            throw DeliveryFailed(reason: "the message could not be signed", isTemporary: true)
        }
        let status: Int
        do throws(WebClientError) {
            status = try await clients.send(
                WebRequest(settings.url, headers: request.headers, body: request.body)
            ).status
        } catch {
            // Without the URL, in which there may be a secret.
            let detail = error.text.isEmpty ? "" : " (\(error.text))"
            throw DeliveryFailed(
                reason: "the receiver gave no answer: \(error.code.rawValue)\(detail)",
                isTemporary: error.isTemporary || error.code == .cancelled)
        }
        guard !(200..<300).contains(status) else { return }
        throw DeliveryFailed(
            reason: "the receiver answered \(status)",
            isTemporary: status == 408 || status == 429 || (500..<600).contains(status))
    }
}
