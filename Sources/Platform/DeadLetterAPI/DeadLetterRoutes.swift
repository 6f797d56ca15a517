import DomainKit
import HTTPServer
import JSON
import Messaging

/// The HTTP interface of a domain's dead letters, the same in every domain.
///
/// A message can be dead at several consumers of a domain. The list shows each; everything else is about one, which
/// `?consumer=` names: without it, several are a conflict whose detail lists them, and nothing is done.
public struct DeadLetterRoutes: Sendable {
    private let store: DeadLetterStore
    private let once: OnceOnly

    /// - Parameter keys: where answers to requests with an idempotency key are kept.
    public init(_ store: DeadLetterStore, keys: any IdempotencyKeys) {
        self.store = store
        once = OnceOnly(store.units, keys: keys)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get("/api/dead-letters", .listDeadLetters, handler: list)
        router.get("/api/dead-letters/{messageId}", .getDeadLetter, handler: show)
        router.post("/api/dead-letters/{messageId}/redrive", .redriveDeadLetter, handler: redrive)
        router.delete("/api/dead-letters/{messageId}", .discardDeadLetter, handler: discard)
        router.post("/api/dead-letters/redrive", .redriveDeadLetters, handler: redriveMany)
        router.get("/api/dead-letters/redrives/{redriveId}", .getRedrive, handler: showRedrive)
    }

    @Sendable private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let statuses = DeadLetter.Status.allCases.map(\.rawValue).joined(separator: ", ")
        let status = try request.query.value(
            "status", "must be one of \(statuses)", read: DeadLetter.Status.init(rawValue:))
        let consumer = try request.consumer()
        let wanted = try request.page()
        let letters = try await store.list(
            status: status, consumer: consumer, before: try wanted.position { Int64($0) }, limit: wanted.limit + 1)
        let page = Page(letters.map(DeadLetterBody.init), for: wanted) { String($0.letter.seq) }
        return .page(page, of: request)
    }

    @Sendable private func show(_ request: HTTPRequest) async throws -> HTTPResponse {
        try answer(200, await store.details(letter(of: request).seq))
    }

    @Sendable private func redrive(_ request: HTTPRequest) async throws -> HTTPResponse {
        let letter = try await letter(of: request)
        return try await once(request) { work in
            do {
                try await store.redrive(letter.seq, by: request.cause.correlationID, in: work)
            } catch let refusal as DeadLetterRefusal {
                throw Problem.refused(refusal.description)
            }
            return try answer(202, await store.details(letter.seq, in: work))
        }
    }

    @Sendable private func discard(_ request: HTTPRequest) async throws -> HTTPResponse {
        let letter = try await letter(of: request)
        do {
            try await store.discard(letter.seq, by: request.cause.correlationID)
        } catch let refusal as DeadLetterRefusal {
            throw Problem.refused(refusal.description)
        }
        return .empty()
    }

    @Sendable private func redriveMany(_ request: HTTPRequest) async throws -> HTTPResponse {
        let wish = try request.decode(RedriveManyBody.self)
        if wish.isDryRun {
            // It does nothing that a key could keep from happening twice; but what is no key is a mistake here, too.
            _ = try request.idempotencyKey()
            return .json(200, RedrivePreviewBody(preview: try await store.preview(wish.filter, limit: wish.limit)))
        }
        return try await once(request) { work in
            let redrive = try await store.redrive(
                wish.filter, limit: wish.limit, by: request.cause.correlationID, in: work)
            return .json(
                202, BulkRedriveBody(redrive: redrive),
                headers: ["Location": "/api/dead-letters/redrives/\(redrive.id)"])
        }
    }

    @Sendable private func showRedrive(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let redrive = try await store.bulkRedrive(request.id("redriveId")) else { throw Problem.notFound() }
        return .json(200, BulkRedriveBody(redrive: redrive))
    }

    /// The one dead letter that the request is about.
    private func letter(of request: HTTPRequest) async throws -> DeadLetter {
        let letters = try await store.letters(of: request.id("messageId"), at: request.consumer())
        guard let letter = letters.first else { throw Problem.notFound() }
        guard letters.count == 1 else {
            throw Problem.severalConsumers(letters.map(\.consumer))
        }
        return letter
    }

    private func answer(_ status: Int, _ details: DeadLetterDetails?) throws -> HTTPResponse {
        guard let details else { throw Problem.notFound() }
        return .json(status, DeadLetterDetailsBody(details: details))
    }
}

extension HTTPRequest {
    /// The query parameter `consumer`; nil where there is none.
    fileprivate func consumer() throws(Problem) -> String? {
        try query.value("consumer", "must be the name of a queue") { name in
            (1...255).contains(name.unicodeScalars.count) && !name.utf8.contains(0) ? name : nil
        }
    }
}

extension Problem {
    /// 409: it is not in a state for it, or the domain says no.
    static func refused(_ reason: String) -> Problem {
        .conflict(reason, type: "/problems/dead-letter-refused", title: "Refused")
    }

    /// 409: the request must say which of these queues it is about.
    static func severalConsumers(_ consumers: [String]) -> Problem {
        let list = consumers.joined(separator: ", ")
        return .conflict(
            "The message is dead at several consumers: say which with ?consumer=, one of \(list).",
            type: "/problems/several-consumers", title: "Dead at several consumers")
    }
}
