/// Where webhook notifications go, and how the receiver knows that they are the shop's.
public struct WebhookSettings: Sendable {
    /// What is wrong with a URL, as the end of a sentence; nil where it can be used.
    public static func problem(withURL url: String, allowingPrivate allowsPrivateAddresses: Bool) -> String? {
        let schemes = allowsPrivateAddresses ? ["https://", "http://"] : ["https://"]
        let isOne = schemes.contains { url.lowercased().hasPrefix($0) && url.utf8.count > $0.utf8.count }
        guard isOne else {
            return "must be a URL with https://"
                + (allowsPrivateAddresses ? " or http://" : "; with http:// only where WEBHOOK_ALLOW_PRIVATE is true")
        }
        let isOneLine = url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
        return isOneLine ? nil : "must have no blanks and no control characters in it"
    }

    /// The fewest bytes of a secret.
    public static let shortestSecret = 16

    /// The secrets of a setting, which are separated by commas; nil where there is none, or one that could be guessed.
    public static func secrets(setting text: String) -> [String]? {
        let secrets = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return secrets.allSatisfy { $0.utf8.count >= shortestSecret } ? secrets : nil
    }

    public let url: String
    /// Each gives a signature, so that a receiver may know the old or the new one while they are changed.
    public let secrets: [String]
    /// Whether the receiver may have an address that is not public, and be asked without TLS.
    public var allowsPrivateAddresses = false
    /// How long a delivery may take.
    public var timeout: Duration = .seconds(10)
    /// How many are delivered at once at most.
    public var connections = 64

    public init(url: String, secrets: [String]) {
        self.url = url
        self.secrets = secrets
    }
}
