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

/// What a customer wants to be told.
public struct Preferences: Sendable, Equatable {
    /// Whether they want nothing but what must be told.
    public let isOptedOut: Bool
    /// What they said about single kinds of notification; it goes before ``isOptedOut``.
    public let kinds: [TemplateKey: Bool]

    public init(isOptedOut: Bool = false, kinds: [TemplateKey: Bool] = [:]) {
        self.isOptedOut = isOptedOut
        self.kinds = kinds
    }

    /// Whether a notification of this kind may be sent. One that is transactional always is.
    public func allow(_ kind: TemplateKey) -> Bool { kind.isTransactional || kinds[kind] ?? !isOptedOut }
}
