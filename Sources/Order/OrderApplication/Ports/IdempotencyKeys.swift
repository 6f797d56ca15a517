import DomainKit

/// Remembers what was answered to requests that carried an idempotency key, for 24 hours or however long it is told to.
/// A key that comes again after that is a new one, and places a new order.
public protocol IdempotencyKeys: Sendable {
    /// Keeps the answers whose keys are free. A key that a concurrent unit of work is taking is waited for.
    /// - Returns: the orders whose keys were free.
    func keep(_ answers: [KeptAnswer], in work: any UnitOfWork) async throws -> Set<EntityID>

    /// What was answered to each request's key; nil where the key is free.
    func recall(_ requests: [KeyedRequest], in work: any UnitOfWork) async throws -> [RecalledAnswer?]
}

/// A request that carries an idempotency key.
///
/// The key stands for itself, whoever is named in the request: the customer is part of the content, and a key that comes
/// again with another content is a mistake of the client, which must not place a second order.
public struct KeyedRequest: Sendable, Equatable {
    public let key: IdempotencyKey
    /// The request in its canonical form: the same bytes for the same request.
    public let content: [UInt8]

    public init(key: IdempotencyKey, content: [UInt8]) {
        self.key = key
        self.content = content
    }
}

/// What to remember of a request and the order that it placed.
public struct KeptAnswer: Sendable, Equatable {
    public let request: KeyedRequest
    public let orderID: EntityID
    public let answer: Answer

    public init(request: KeyedRequest, orderID: EntityID, answer: Answer) {
        self.request = request
        self.orderID = orderID
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
    public let location: String
    public let body: [UInt8]

    public init(status: Int, location: String, body: [UInt8]) {
        self.status = status
        self.location = location
        self.body = body
    }
}

/// A name that a client gives to a request, so that sending it again does nothing again.
public struct IdempotencyKey: Sendable, Hashable {
    public let text: String

    /// Nil unless `text` has 1 to 255 characters, all of them visible ASCII.
    public init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }
}
