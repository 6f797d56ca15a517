import DomainKit

/// Does once what a request asks for, however often the request comes with its `Idempotency-Key`
/// (draft-ietf-httpapi-idempotency-key-header-07).
///
/// The key is kept in the unit of work of the change. The same request again gets the answer of the first, marked by
/// `Idempotent-Replayed: true`; another one with the key gets 422. While the first is in flight the second waits for it, up
/// to the request's deadline. What was refused does not use its key up.
public struct OnceOnly: Sendable {
    private let units: any UnitOfWorkProvider
    private let keys: any IdempotencyKeys

    public init(_ units: any UnitOfWorkProvider, keys: any IdempotencyKeys) {
        self.units = units
        self.keys = keys
    }

    /// The answer of `body`, which is run in a unit of work unless the request's key was used before.
    /// - Parameter id: the aggregate that the request changes; a new identity where it makes one.
    /// - Throws: 400 where the key is none; 422 where it was used for another request; whatever `body` throws.
    public func callAsFunction(
        _ request: HTTPRequest, about id: EntityID = .v7(),
        _ body: @escaping @Sendable (any UnitOfWork) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard let key = try request.idempotencyKey() else { return try await units.perform(body) }
        let keyed = KeyedRequest(key: key, content: request.contentForKey)
        return try await units.perform { [keys] work in
            let isFree = try await !keys.keep(
                [KeptAnswer(request: keyed, about: id, answer: .unknownYet)], in: work
            ).isEmpty
            guard isFree else { return try await keys.answer(again: keyed, in: work) }
            let response = try await body(work)
            try await keys.replace(KeptAnswer(request: keyed, about: id, answer: Answer(response)), in: work)
            return response
        }
    }
}

extension HTTPRequest {
    /// The header `Idempotency-Key`, a string of RFC 8941 or the same without quotation marks; nil where there is none.
    /// It is the caller's own: two callers may use the same.
    /// - Throws: 400 where it is no key.
    public func idempotencyKey() throws(Problem) -> IdempotencyKey? {
        let given = headers.values("Idempotency-Key")
        guard let text = given.first else { return nil }
        guard given.count == 1, let key = IdempotencyKey(headerField: text, of: caller?.subject ?? "") else {
            throw .invalidHeader(
                "Idempotency-Key", "must be given once, with 1 to 255 characters, all of them visible ASCII")
        }
        return key
    }

    /// What another use of a key is compared with: method, path, query and body as they came.
    fileprivate var contentForKey: [UInt8] {
        Array("\(method.rawValue) \(path)?\(query.encoded)\n".utf8) + body
    }
}

extension HTTPResponse {
    /// An answer as it was kept.
    /// - Parameter isRepeated: whether it was given before: it is marked then.
    public init(_ answer: Answer, isRepeated: Bool = false) {
        self.init(status: answer.status, body: answer.body)
        if !answer.location.isEmpty { headers["Location"] = answer.location }
        if !answer.body.isEmpty { headers["Content-Type"] = "application/json" }
        if isRepeated { headers["Idempotent-Replayed"] = "true" }
    }
}

extension Answer {
    /// Stands for an answer while its unit of work is under way; nobody else sees it.
    fileprivate static let unknownYet = Answer(status: 0)

    fileprivate init(_ response: HTTPResponse) {
        self.init(status: response.status, location: response.headers["Location"] ?? "", body: response.body)
    }
}

extension IdempotencyKeys {
    fileprivate func answer(again request: KeyedRequest, in work: any UnitOfWork) async throws -> HTTPResponse {
        switch try await recall([request], in: work).first {
        case .some(.some(.answered(let answer))): return HTTPResponse(answer, isRepeated: true)
        case .some(.some(.usedForAnotherRequest)): throw Problem.idempotencyKeyReused
        case .some(.none), .none: throw IdempotencyKeyForgotten()
        }
    }
}

extension Problem {
    /// 422: the key stands for another request.
    public static let idempotencyKeyReused = Problem(
        status: 422, type: "/problems/idempotency-key-reused", title: "Idempotency key reused",
        detail: "The Idempotency-Key was used before, for another request.")
}
