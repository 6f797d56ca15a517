import HTTPServer
import Lifecycle
import Observability
import Tokens

/// How an API tells who is calling.
public enum AuthenticationSettings: Sendable, Equatable {
    /// It does not: every caller may do everything.
    case off
    /// By bearer tokens that these rules hold for, signed with keys of the set at a path or URL.
    case tokens(TokenRules, keys: String)
}

extension Environment {
    /// Reads `AUTH`, `AUTH_JWKS`, `AUTH_ISSUER`, `AUTH_AUDIENCE` and `AUTH_ROLES_CLAIM`.
    public func authentication() -> AuthenticationSettings {
        let isOn = value(
            "AUTH", default: true, "whether callers need a token: on, or off where something in front of the API asks",
            expected: "must be on or off", show: { $0 ? "on" : "off" }, read: { ["on": true, "off": false][$0] })
        let keys = string(
            "AUTH_JWKS", default: "", "the issuer's public keys: a file, or a URL that begins with https:// or http://")
        let issuer = string("AUTH_ISSUER", default: "", "who issues the tokens, their claim iss")
        let audience = string("AUTH_AUDIENCE", default: "", "whom tokens must be for, their claim aud")
        let roles = string(
            "AUTH_ROLES_CLAIM", default: "roles",
            "the claim with the caller's roles (customer, operator, admin), or a JSON pointer to them: /realm_access/roles"
        )
        guard isOn else { return .off }
        for (name, value) in [("AUTH_JWKS", keys), ("AUTH_ISSUER", issuer), ("AUTH_AUDIENCE", audience)]
        where value.isEmpty {
            fault(name, "is required unless AUTH=off")
        }
        return .tokens(TokenRules(issuer: issuer, audience: audience, rolesClaim: roles), keys: keys)
    }
}

/// Lets requests through whose caller may call what they ask for, and tells the rest of the way who that is.
///
/// Bearer tokens (RFC 6750) in the header `Authorization`, and in no other place. What is open to all is open without.
public final class Authentication: RequestFilter, Service {
    public let name = "authentication"
    private let verifier: TokenVerifier?
    private let keys: KeyRing?
    private let logger: Logger
    private let refusals: Counter

    /// - Parameter metrics: where `http_server_tokens_refused_total` is kept.
    public init(_ settings: AuthenticationSettings, logger: Logger, metrics: MetricsRegistry = .shared) {
        self.logger = logger
        refusals = metrics.counter("http_server_tokens_refused_total", help: "Bearer tokens that were not taken.")
        guard case .tokens(let rules, let place) = settings else {
            (verifier, keys) = (nil, nil)
            return
        }
        let isURL = ["https://", "http://"].contains { place.lowercased().hasPrefix($0) }
        let source: any KeySource = isURL ? URLKeySource(url: place) : FileKeySource(path: place)
        let keys = KeyRing(source, logger: logger)
        self.keys = keys
        verifier = TokenVerifier(rules, keys: keys)
    }

    // MARK: - The keys

    public var health: Health { keys?.health ?? .healthy }

    public func prepare() async {
        if keys == nil { logger.warn("authentication is off: every caller may do everything (AUTH=off)") }
        await keys?.prepare()
    }

    public func run(until shutdown: ShutdownSignal) async {
        if let keys { await keys.run(until: shutdown) } else { await shutdown.wait() }
    }

    // MARK: - The requests

    public func respond(
        to request: HTTPRequest, next: @Sendable (HTTPRequest) async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard let access = request.operation?.access, case .roles = access else { return try await next(request) }
        var request = request
        request.caller = try await caller(of: request)
        if let objection = access.objection(to: request.caller) { throw objection }
        return try await next(request)
    }

    /// Nil where no token was sent.
    private func caller(of request: HTTPRequest) async throws -> Caller? {
        guard let verifier else { return .anybody }
        guard let token = request.bearerToken else { return nil }
        do {
            let identity = try await verifier.verify(token)
            return Caller(subject: identity.subject, roles: Set(identity.roles.compactMap(Role.init(rawValue:))))
        } catch let fault as TokenFault {
            refusals.increment(["reason": fault.rawValue])
            logger.debug("token refused", .reason(fault.rawValue), LogField("trace_id", request.trace.traceID))
            throw Problem.unauthorized(fault.detail)
        } catch is KeysUnavailable {
            throw Problem.unavailable("Tokens cannot be verified at the moment.")
        }
    }
}

extension HTTPRequest {
    /// What stands behind `Bearer` in the one header `Authorization`.
    fileprivate var bearerToken: String? {
        let fields = headers.values("Authorization")
        guard fields.count == 1, fields[0].prefix(7).lowercased() == "bearer " else { return nil }
        let token = fields[0].dropFirst(7).drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }
}
