import Mail

/// How a shop sends its mails.
public struct MailSettings: Sendable {
    let server: SMTPServer
    /// Whom they come from; the domain is that of their `Message-ID`s.
    let from: Mailbox
    /// How long one may take.
    public var timeout: Duration = .seconds(30)
    /// A PEM file of the certificates to trust; nil for those of the system.
    public var certificates: String?
    /// An `https` URL at which one click ends mails of a kind (RFC 8058), with `{customerId}` and `{kind}` in it; nil where
    /// there is none.
    public var unsubscribeURL: String?

    /// - Parameters:
    ///   - url: as ``problem(withServer:)`` finds it good.
    ///   - sender: as ``problem(withSender:)`` finds it good.
    /// - Returns: nil where either is not.
    public init?(server url: String, from sender: String) {
        guard let server = try? SMTPServer(url: url), let from = try? Mailbox(parsing: sender) else { return nil }
        self.server = server
        self.from = from
    }

    /// Why `url` is no URL of a mail server, as the end of a sentence without what is secret in it; nil where it is one.
    public static func problem(withServer url: String) -> String? {
        do throws(SMTPURLFault) {
            _ = try SMTPServer(url: url)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Why mails cannot come from `sender`, such as `Shop <shop@example.com>`, as the end of a sentence; nil where they can.
    public static func problem(withSender sender: String) -> String? {
        do throws(MailAddressFault) {
            let domain = try Mailbox(parsing: sender).address.domain
            return domain.utf8.count > 200 ? "has a domain of more than 200 bytes" : nil
        } catch {
            return "must be an address such as Shop <shop@example.com>, but \(error)"
        }
    }

    /// Why `url` cannot take unsubscriptions, as the end of a sentence; nil where it can.
    public static func problem(withUnsubscribeURL url: String) -> String? {
        let isFit = url.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>\"".utf8.contains($0) }
        guard isFit, url.hasPrefix("https://"), url.utf8.count <= 500 else {
            return "must begin with https:// and be at most 500 characters of ASCII, without spaces"
        }
        return nil
    }
}
