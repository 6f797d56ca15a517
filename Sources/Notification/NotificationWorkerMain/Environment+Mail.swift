import Glibc
import NotificationInfrastructure
import Runtime

extension Environment {
    /// Reads `SMTP_URL`, `MAIL_FROM`, `SMTP_TIMEOUT`, `SMTP_CA_FILE` and `UNSUBSCRIBE_URL`; nil where there is no mail server.
    func mail() -> MailSettings? {
        let url = optionalSecret(
            "SMTP_URL",
            "the mail server: smtp[s]://[user:password@]host[:port][/client-name][?tls=required|optional|none]; without "
                + "it, what is to go by e-mail is only recorded")
        let from = string(
            "MAIL_FROM", default: "", "whom mails come from, such as Shop <shop@example.com>; required with SMTP_URL")
        let timeout = duration(
            "SMTP_TIMEOUT", default: .seconds(30), in: .milliseconds(100) ... .seconds(600),
            "how long handing over a mail may take, connecting among it")
        let certificates = string(
            "SMTP_CA_FILE", default: "", "a PEM file of the certificates to trust instead of the system's")
        let unsubscribeURL = string(
            "UNSUBSCRIBE_URL", default: "",
            "an https URL that takes unsubscriptions with one click (RFC 8058); {customerId} and {kind} are filled in")
        if let problem = url.flatMap({ MailSettings.problem(withServer: $0) }) { fault("SMTP_URL", problem) }
        if url != nil, from.isEmpty {
            fault("MAIL_FROM", "is required where SMTP_URL is set")
        } else if !from.isEmpty, let problem = MailSettings.problem(withSender: from) {
            fault("MAIL_FROM", problem)
        }
        if !unsubscribeURL.isEmpty, let problem = MailSettings.problem(withUnsubscribeURL: unsubscribeURL) {
            fault("UNSUBSCRIBE_URL", problem)
        }
        if !certificates.isEmpty, access(certificates, R_OK) != 0 {
            fault("SMTP_CA_FILE", "names the file \(certificates), which cannot be read")
        }
        guard let url, var settings = MailSettings(server: url, from: from) else { return nil }
        settings.timeout = timeout
        settings.certificates = certificates.isEmpty ? nil : certificates
        settings.unsubscribeURL = unsubscribeURL.isEmpty ? nil : unsubscribeURL
        return settings
    }
}
