import JSON

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

extension Preferences: JSONEncodable {
    /// `{"optOut": true, "kinds": {"order-confirmed": false}}`
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("optOut", isOptedOut)
            json.field("kinds") { json in
                json.object { json in
                    for (kind, isWanted) in kinds.sorted(by: { $0.key.text < $1.key.text }) {
                        json.field(kind.text, isWanted)
                    }
                }
            }
        }
    }

    /// Reads what ``write(to:)`` writes, and what a customer service may write: the kinds may also be members beside
    /// `optOut`.
    ///
    /// What is null, of another type, or under a name that is no kind counts as not said: a service that says more than
    /// is asked does no harm. A kind within `kinds` goes before a member of its name.
    public init(lenient json: JSONValue?) {
        guard case .object(let members)? = json else {
            self.init()
            return
        }
        var kinds = Preferences.kinds(of: members)
        if case .object(let nested)? = members["kinds"] { kinds.merge(Preferences.kinds(of: nested)) { $1 } }
        self.init(isOptedOut: members["optOut"] == .bool(true), kinds: kinds)
    }

    private static func kinds(of members: [String: JSONValue]) -> [TemplateKey: Bool] {
        var kinds: [TemplateKey: Bool] = [:]
        for (name, value) in members {
            if case .bool(let isWanted) = value, let kind = TemplateKey(name) { kinds[kind] = isWanted }
        }
        return kinds
    }
}
