/// Remembers what was answered to requests that carried an idempotency key (draft-ietf-httpapi-idempotency-key-header-07),
/// in the unit of work that does what they ask for. A key that comes again after it was forgotten is a new one.
public protocol IdempotencyKeys: Sendable {
    /// Keeps the answers whose keys are free. A key that a concurrent unit of work is taking is waited for.
    /// - Returns: what the answers whose keys were free are about, see ``KeptAnswer/about``.
    func keep(_ answers: [KeptAnswer], in work: any UnitOfWork) async throws -> Set<EntityID>

    /// Puts another answer in the place of one that this very unit of work keeps.
    func replace(_ answer: KeptAnswer, in work: any UnitOfWork) async throws

    /// What was answered to each request's key; nil where the key is free.
    func recall(_ requests: [KeyedRequest], in work: any UnitOfWork) async throws -> [RecalledAnswer?]
}

/// A request that carries an idempotency key.
public struct KeyedRequest: Sendable, Equatable {
    public let key: IdempotencyKey
    /// The request in its canonical form: the same bytes for the same request. A key that comes again with another content
    /// is a mistake of the client, which must not do a second thing.
    public let content: [UInt8]

    public init(key: IdempotencyKey, content: [UInt8]) {
        self.key = key
        self.content = content
    }
}

/// What to remember of a request.
public struct KeptAnswer: Sendable, Equatable {
    public let request: KeyedRequest
    /// The aggregate that the request made or changed. Of the answers of one call no two are about the same.
    public let about: EntityID
    public let answer: Answer

    public init(request: KeyedRequest, about: EntityID, answer: Answer) {
        self.request = request
        self.about = about
        self.answer = answer
    }
}

/// What is known of a key that has been used.
public enum RecalledAnswer: Sendable, Equatable {
    /// The same request was answered so.
    case answered(Answer)
    /// Another request used the key.
    case usedForAnotherRequest
}

/// An answer to a client, as it is kept to be given again.
public struct Answer: Sendable, Equatable {
    public let status: Int
    /// Where to find what was made; empty where nothing was.
    public let location: String
    /// JSON in UTF-8; empty where there is none.
    public let body: [UInt8]

    public init(status: Int, location: String = "", body: [UInt8] = []) {
        self.status = status
        self.location = location
        self.body = body
    }
}

/// A name that a client gives to a request, so that sending it again does nothing again.
public struct IdempotencyKey: Sendable, Hashable {
    /// The longest key, in characters.
    public static let maximumLength = 255

    public let text: String
    /// Whose key it is: two callers may use the same text. Empty where nobody is known.
    public let scope: String

    /// Nil unless `text` has 1 to 255 characters, all of them printable ASCII.
    public init?(_ text: String, of scope: String = "") {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        self.text = text
        self.scope = scope
    }

    /// A key as a client writes it: a string of RFC 8941 (`"8e03978e"`), or the same without quotation marks and then
    /// without spaces. Nil where it is neither.
    public init?(headerField text: String, of scope: String = "") {
        guard text.first == "\"" else {
            guard !text.utf8.contains(UInt8(ascii: " ")) else { return nil }
            self.init(text, of: scope)
            return
        }
        guard let content = Self.content(ofQuoted: text.utf8.dropFirst()) else { return nil }
        self.init(content, of: scope)
    }

    /// What stands before the closing quotation mark, which must come last; `\` goes before `"` and `\` alone.
    private static func content(ofQuoted text: Substring.UTF8View) -> String? {
        var content: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? String(decoding: content, as: UTF8.self) : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\")
                else { return nil }
                content.append(escaped)
            default: content.append(byte)
            }
        }
        return nil
    }
}

/// The row of a used key was cleaned away between two looks at it. The next try finds the key free.
public struct IdempotencyKeyForgotten: TemporarilyUnavailable {
    public let isTemporarilyUnavailable = true

    public init() {}
}
