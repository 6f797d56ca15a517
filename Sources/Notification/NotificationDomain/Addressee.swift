/// Whom a notification is for and how they want it, put together from all that is known of them.
public struct Addressee: Sendable, Equatable {
    public let name: String?
    public let email: String?
    /// The language that they read.
    public let locale: LocaleTag?
    public let preferences: Preferences
    /// Why the customer service could not say anything, for operators; nil where it could, or there is none.
    public let silence: String?

    public init(
        name: String? = nil, email: String? = nil, locale: LocaleTag? = nil, preferences: Preferences = Preferences(),
        silence: String? = nil
    ) {
        self.name = name.present
        self.email = email.present
        self.locale = locale
        self.preferences = preferences
        self.silence = silence
    }

    /// - Parameters:
    ///   - customer: what the customer service says, or where that is away, what it last said.
    ///   - name: the name that came with the order.
    ///   - email: the address that came with the order. Both stand in for what is not known of the customer.
    ///   - preferences: what the customer said here, in place of what the service says of that.
    public init(
        _ customer: Customer?, name: String?, email: String?, preferences: Preferences? = nil, silence: String? = nil
    ) {
        self.init(
            name: (customer?.name).present ?? name, email: (customer?.email).present ?? email,
            locale: customer?.locale, preferences: preferences ?? customer?.preferences ?? Preferences(),
            silence: silence)
    }

    /// Why a notification of this kind must not be sent to them; nil where it may.
    /// - Parameter needsAddress: whether it can be delivered only where an address is known.
    public func objection(to kind: TemplateKey, needsAddress: Bool) -> String? {
        if !preferences.allow(kind) { return "the customer does not want it" }
        guard needsAddress, email == nil else { return nil }
        return "no e-mail address of the customer is known" + (silence.map { ": \($0)" } ?? "")
    }
}

extension String? {
    /// Nil where there is nothing in it.
    fileprivate var present: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
