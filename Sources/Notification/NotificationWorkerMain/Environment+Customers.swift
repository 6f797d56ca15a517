import NotificationInfrastructure
import Runtime

extension Environment {
    /// Reads `CUSTOMER_SERVICE_URL`, `CUSTOMER_SERVICE_TOKEN` and `CUSTOMER_SERVICE_TIMEOUT`.
    func customerService() -> CustomerServiceSettings {
        let url = string(
            "CUSTOMER_SERVICE_URL", default: "",
            "who knows the customers, asked at /api/customers/{id} below it; without it the order's own contact is used"
        )
        if !url.isEmpty, !CustomerServiceSettings.isBaseURL(url) {
            // Without showing it: there may be a password in it.
            fault("CUSTOMER_SERVICE_URL", "must be a URL with http:// or https://, without password, ? and #")
        }
        let token = optionalSecret("CUSTOMER_SERVICE_TOKEN", "a bearer token that the customer service wants to see")
        if let token, !token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            fault("CUSTOMER_SERVICE_TOKEN", "must be of visible ASCII characters")
        }
        let timeout = duration(
            "CUSTOMER_SERVICE_TIMEOUT", default: .seconds(2), in: .milliseconds(10) ... .seconds(60),
            "how long one try to ask the customer service may take; there are up to three")
        return CustomerServiceSettings(url: url, token: token, timeout: timeout)
    }

    /// Reads `WEBHOOK_URL`, `WEBHOOK_SECRET`, `WEBHOOK_ALLOW_PRIVATE` and `WEBHOOK_TIMEOUT`; nil where there is no URL.
    func webhook() -> WebhookSettings? {
        let url = optionalSecret("WEBHOOK_URL", "where notifications of the channel webhook are posted")
        let secret = optionalSecret(
            "WEBHOOK_SECRET",
            "what they are signed with: at least \(WebhookSettings.shortestSecret) bytes; several, separated by commas, while it is changed"
        )
        let allowsPrivate = boolean(
            "WEBHOOK_ALLOW_PRIVATE", default: false,
            "whether the receiver may have an address that is not of the public internet, and be asked without TLS")
        let timeout = duration(
            "WEBHOOK_TIMEOUT", default: .seconds(10), in: .milliseconds(10) ... .seconds(120),
            "how long the receiver may take to answer")
        guard let url else { return nil }
        if let problem = WebhookSettings.problem(withURL: url, allowingPrivate: allowsPrivate) {
            fault("WEBHOOK_URL", problem)
        }
        let secrets = WebhookSettings.secrets(setting: secret ?? "")
        if secret == nil {
            fault("WEBHOOK_SECRET", "is required with WEBHOOK_URL")
        } else if secrets == nil {
            fault("WEBHOOK_SECRET", "must have at least \(WebhookSettings.shortestSecret) bytes")
        }
        var settings = WebhookSettings(url: url, secrets: secrets ?? [])
        settings.allowsPrivateAddresses = allowsPrivate
        settings.timeout = timeout
        return settings
    }

    /// Reads `CUSTOMER_COPIES_KEPT`.
    func customerCopiesKept() -> Duration {
        duration(
            "CUSTOMER_COPIES_KEPT", default: .seconds(365 * 86_400),
            "how long the last known copy of a customer is kept after the customer service said it")
    }
}
