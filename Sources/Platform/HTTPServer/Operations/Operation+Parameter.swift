import JSON

extension Operation {
    /// Something that a request says besides its body.
    public struct Parameter: Sendable {
        /// In which part of the request it stands.
        public enum Place: String, Sendable {
            case path
            case query
            case header
        }

        public let name: String
        public let place: Place
        public let schema: JSONSchema
        public let isRequired: Bool
        /// What it says, for people.
        public let meaning: String

        /// A `{name}` of the route's template.
        public static func path(_ name: String, _ schema: JSONSchema, _ meaning: String) -> Parameter {
            Parameter(name: name, place: .path, schema: schema, isRequired: true, meaning: meaning)
        }

        /// A `{name}` of the route's template that stands for an identity.
        public static func path(_ name: String, _ meaning: String) -> Parameter { path(name, .uuid, meaning) }

        /// A query parameter that may be left out.
        public static func query(_ name: String, _ schema: JSONSchema, _ meaning: String) -> Parameter {
            Parameter(name: name, place: .query, schema: schema, isRequired: false, meaning: meaning)
        }

        /// A header field.
        public static func header(
            _ name: String, _ schema: JSONSchema, required isRequired: Bool = false, _ meaning: String
        ) -> Parameter {
            Parameter(name: name, place: .header, schema: schema, isRequired: isRequired, meaning: meaning)
        }
    }
}

extension Operation.Parameter {
    /// What ``OnceOnly`` reads.
    public static let idempotencyKey = header(
        "Idempotency-Key", .string(1...255, pattern: "^[!#-~][!-~]*$", example: "checkout-7f3a"),
        "Chosen by the client: a request that comes again with it does nothing, and gets the first answer.")
    /// The condition of a change, as of ``Precondition``.
    public static let ifMatch = header("If-Match", .entityTags, "Only if it is what the client saw: its `ETag`.")
    /// The same where a change must have it.
    public static let requiredIfMatch = header("If-Match", .entityTags, required: true, ifMatch.meaning)
    /// What the client has already, or must not be there.
    public static let ifNoneMatch = header(
        "If-None-Match", .entityTags, "Only if it is something else than the client has; `*` if there is nothing yet.")
}

extension JSONSchema {
    fileprivate static let entityTags = JSONSchema.string(
        1...200, pattern: #"^(\*|(W/)?"[!#-~]*")$"#, example: "\"9f86d081884c7d659a2feaa0c55ad015\"")
}

extension [Operation.Parameter] {
    /// Whether there is a header of that name among them, and whether it must be there.
    func header(_ name: String) -> (isThere: Bool, isRequired: Bool) {
        let found = first { $0.place == .header && $0.name == name }
        return (found != nil, found?.isRequired ?? false)
    }

    /// What ``HTTPRequest/page(defaultLimit:maxLimit:)`` reads, and before it what chooses the items.
    public static func page(of filters: [Operation.Parameter] = []) -> [Operation.Parameter] { filters + pagination }

    private static var pagination: [Operation.Parameter] {
        [
            .query("limit", .integer(1...200, example: 50), "How many items at most; 50 where nothing is said."),
            .query(
                "cursor", .string(example: "MDE5N2EwZTA"),
                "Where the page begins: the `nextCursor` of the page before it."),
        ]
    }
}
