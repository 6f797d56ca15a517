import DomainKit

/// Tells whom a token stands for: verifies it with the keys in force, once.
public struct TokenVerifier: Sendable {
    private let rules: TokenRules
    private let ring: KeyRing
    private let clock: any WallClock

    public init(_ rules: TokenRules, keys ring: KeyRing, clock: any WallClock = SystemClock()) {
        self.rules = rules
        self.ring = ring
        self.clock = clock
    }

    /// Whom `token` stands for, where it was verified before: without any waiting, in less than a microsecond.
    public func known(_ token: String) -> TokenIdentity? { ring.current?.cache.identity(of: token, at: clock.now) }

    /// Verifies `token` and says whom it stands for.
    /// - Throws: ``TokenFault``, or ``KeysUnavailable`` where it cannot be told.
    public func verify(_ token: String) async throws -> TokenIdentity {
        if let known = known(token) { return known }
        let parsed = try AccessToken.parse(token)
        // What is for somebody else costs neither a signature nor a look for its key.
        try rules.check(parsed, at: clock.now)
        guard let generation = await ring.generation(for: parsed) else { throw KeysUnavailable() }
        let candidates = generation.keys.candidates(for: parsed)
        guard !candidates.isEmpty else { throw TokenFault.unknownKey }
        guard candidates.contains(where: { $0.verifies(parsed.signature, of: parsed.signingInput) }) else {
            throw TokenFault.badSignature
        }
        let identity = TokenIdentity(
            subject: parsed.subject, roles: rules.roles(in: parsed), validUntil: parsed.expires + TokenRules.leeway)
        generation.cache.insert(identity, for: token)
        return identity
    }
}
