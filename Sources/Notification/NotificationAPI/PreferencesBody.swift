import JSON
import NotificationDomain

/// `{"optOut", "kinds"?: {"order-confirmed"?, "order-cancelled"?, "order-follow-up"?}}`
struct PreferencesBody: JSONCodable {
    let preferences: Preferences

    init(_ preferences: Preferences) { self.preferences = preferences }

    init?(json: JSONReader) {
        guard json.isObject() else { return nil }
        let isOptedOut = json["optOut"].required(Bool.self)
        let kinds = json["kinds"].isAbsent ? [:] : PreferencesBody.kinds(json["kinds"])
        guard let isOptedOut, let kinds else { return nil }
        preferences = Preferences(isOptedOut: isOptedOut, kinds: kinds)
    }

    private static func kinds(_ json: JSONReader) -> [TemplateKey: Bool]? {
        guard json.isObject(), case .object(let members)? = json.value else { return nil }
        var kinds: [TemplateKey: Bool] = [:]
        for name in members.keys.sorted() where !json[name].isAbsent {
            guard let kind = TemplateKey.ofCustomers.first(where: { $0.text == name }) else {
                let known = TemplateKey.ofCustomers.map(\.text).joined(separator: ", ")
                json[name].fault("is no kind of notification; there are \(known)")
                continue
            }
            guard let isWanted = Bool(json: json[name]) else { continue }
            if kind.isTransactional, !isWanted { json[name].fault("must not be false: it is always sent") }
            kinds[kind] = isWanted
        }
        return kinds
    }

    func write(to json: inout JSONWriter) { preferences.write(to: &json) }

    /// What the body is.
    static let schema = JSONSchema.object(
        "Preferences",
        .required("optOut", .boolean, "Whether the customer wants nothing but what must be told."),
        .optional(
            "kinds",
            JSONSchema.object(
                nil, .optional("order-confirmed", JSONSchema.boolean.orNull),
                .optional("order-cancelled", JSONSchema.boolean.orNull, "Must not be false: it is always sent."),
                .optional("order-follow-up", JSONSchema.boolean.orNull)
            ).orNull, "Yes or no to single kinds of notification; goes before `optOut`."),
        note: "What a customer wants to be told.")
}
