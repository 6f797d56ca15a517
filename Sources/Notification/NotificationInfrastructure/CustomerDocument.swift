import DomainKit
import JSON
import Mail
import NotificationDomain

/// What a customer service says of a customer: `{"name", "email", "locale", "preferences"}`, each of which may be absent or
/// null.
enum CustomerDocument {
    /// Bytes that are no such document.
    struct Fault: Error, Sendable, Equatable {
        /// Why not, as the end of a sentence; without anything of the customer.
        let reason: String
    }

    /// Reads the customer `id`.
    ///
    /// Members that nobody asked for are ignored. What is no e-mail address, and no language, counts as not given: there is
    /// never an invented address. A name has no control characters.
    /// - Throws: ``Fault`` also where the document is about another customer, or has none of the members: an error that
    ///   came with status 200 must not be taken for a customer of whom nothing is known.
    static func read(_ bytes: [UInt8], of id: EntityID) throws(Fault) -> Customer {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw Fault(reason: "is no JSON: \(error)")
        }
        guard case .object(let members) = document else { throw Fault(reason: "is \(document.kind), not an object") }
        guard ["name", "email", "locale", "preferences"].contains(where: { members[$0] != nil }) else {
            throw Fault(reason: "says nothing of a customer")
        }
        for name in ["id", "customerId"] {
            if case .string(let text)? = members[name], EntityID(text) != id {
                throw Fault(reason: "is about another customer")
            }
        }
        return Customer(
            id: id, name: try text("name", in: members).flatMap(cleaned),
            email: try text("email", in: members).flatMap(emailAddress),
            locale: try text("locale", in: members).flatMap { LocaleTag($0) },
            preferences: try preferences(in: members))
    }

    private static func text(_ name: String, in members: [String: JSONValue]) throws(Fault) -> String? {
        switch members[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?: throw Fault(reason: "has \(other.kind) as \(name)")
        }
    }

    private static func preferences(in members: [String: JSONValue]) throws(Fault) -> Preferences {
        switch members["preferences"] {
        case nil, .null?, .object?: return Preferences(lenient: members["preferences"])
        case let other?: throw Fault(reason: "has \(other.kind) as preferences")
        }
    }

    /// The name in one line of at most 200 characters; nil where nothing is left of it.
    private static func cleaned(_ name: String) -> String? {
        let words = name.unicodeScalars
            .split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
            .map { String(String.UnicodeScalarView($0)) }
        let line = words.joined(separator: " ").prefix(200)
        return line.isEmpty ? nil : String(line)
    }

    /// The address, if mail can be sent to it.
    private static func emailAddress(_ text: String) -> String? {
        guard let address = try? MailAddress(text) else { return nil }
        return address.description
    }
}
