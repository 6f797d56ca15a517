import DomainKit

/// What is known of a customer as far as telling them something needs it.
public struct Customer: Sendable, Equatable {
    public let id: EntityID
    public let name: String?
    public let email: String?
    public let locale: LocaleTag?
    public let preferences: Preferences

    public init(
        id: EntityID, name: String? = nil, email: String? = nil, locale: LocaleTag? = nil,
        preferences: Preferences = Preferences()
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.locale = locale
        self.preferences = preferences
    }
}
