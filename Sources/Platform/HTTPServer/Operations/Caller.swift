import DomainKit

/// Who sent a request, once that is known.
public struct Caller: Sendable, Hashable {
    /// The one name that the issuer of tokens has for them: of a customer, the `customerId`.
    public let subject: String
    public let roles: Set<Role>

    public init(subject: String, roles: Set<Role>) {
        self.subject = subject
        self.roles = roles
    }

    /// Whoever it is where nobody is asked: may do everything.
    public static let anybody = Caller(subject: "anybody", roles: Set(Role.allCases))

    /// Whether they are a customer and nothing more, and so see and change what is their own, and that alone.
    public var isConfinedToOwn: Bool { roles == [.customer] }
}

extension HTTPRequest {
    /// The customer whose things alone the caller may see and change; nil for callers who may see all.
    /// - Throws: 403 where a customer's token does not say which customer it is.
    public func ownCustomerID() throws(Problem) -> EntityID? {
        guard let caller else { throw .unauthorized() }
        guard caller.isConfinedToOwn else { return nil }
        guard let id = EntityID(caller.subject) else {
            throw .forbidden("The subject of a customer's token must be the customer's id, a UUID.")
        }
        return id
    }
}

extension Access {
    /// Why `caller` may not call it: 401 where nobody knows who that is, 403 where none of their roles will do. Nil where
    /// they may.
    public func objection(to caller: Caller?) -> Problem? {
        guard case .roles(let roles) = self else { return nil }
        guard let caller else { return .unauthorized() }
        guard roles.isDisjoint(with: caller.roles) else { return nil }
        let names = Role.allCases.filter(roles.contains).map(\.rawValue).joined(separator: ", ")
        return .forbidden("This takes one of the roles: \(names).")
    }
}

extension Problem {
    /// 401: who is calling is not known. With `WWW-Authenticate`, as RFC 6750 section 3 has it.
    /// - Parameter fault: what is wrong with the token that was sent, a sentence in ASCII without quotes; nil where none was.
    public static func unauthorized(_ fault: String? = nil) -> Problem {
        let challenge = fault.map { #", error="invalid_token", error_description="\#($0)""# } ?? ""
        return Problem(
            status: 401, detail: fault ?? "This takes a bearer token in the header Authorization.",
            headers: ["WWW-Authenticate": #"Bearer realm="tradewind"\#(challenge)"#])
    }

    /// 403: who is calling is known, and may not do this.
    public static func forbidden(_ detail: String, errors: [Fault] = []) -> Problem {
        Problem(
            status: 403, detail: detail, errors: errors,
            headers: ["WWW-Authenticate": #"Bearer realm="tradewind", error="insufficient_scope""#])
    }
}

/// Asks nobody who they are: every caller may do everything. For tests, and where something in front of the server asks.
public struct AuthenticationOff: RequestFilter {
    public init() {}

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var request = request
        request.caller = .anybody
        return try await next(request)
    }
}
