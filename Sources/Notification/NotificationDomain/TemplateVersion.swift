import DomainKit

/// What a template said from one change to the next.
public struct TemplateVersion: Sendable, Equatable {
    /// From 1, without gaps.
    public let version: Int
    public let channel: Channel
    public let subject: String
    public let textBody: String
    public let htmlBody: String
    /// Since when; it ends with the next version.
    public let validFrom: Timestamp

    public init(
        version: Int, channel: Channel, subject: String, textBody: String, htmlBody: String, validFrom: Timestamp
    ) {
        self.version = version
        self.channel = channel
        self.subject = subject
        self.textBody = textBody
        self.htmlBody = htmlBody
        self.validFrom = validFrom
    }
}
