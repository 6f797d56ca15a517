import DomainKit
import JSON

/// Which tokens are meant for this service.
public struct TokenRules: Sendable, Equatable {
    /// Who must have issued a token.
    public let issuer: String
    /// Whom a token must be for, among others.
    public let audience: String
    /// Where the roles stand: the name of a claim, or a JSON pointer into the claims where it begins with a slash.
    public let rolesClaim: String
    /// By how much clocks may differ.
    public static let leeway: Duration = .seconds(30)

    public init(issuer: String, audience: String, rolesClaim: String = "roles") {
        self.issuer = issuer
        self.audience = audience
        self.rolesClaim = rolesClaim
    }

    /// Holds the claims against the rules.
    func check(_ token: AccessToken, at now: Timestamp) throws(TokenFault) {
        guard token.issuer == issuer else { throw .wrongIssuer }
        guard token.audiences.contains(audience) else { throw .wrongAudience }
        guard now < token.expires + TokenRules.leeway else { throw .expired }
        if let notBefore = token.notBefore, now + TokenRules.leeway < notBefore { throw .notYetValid }
    }

    /// The names of the roles in a token; empty where there are none. One role may stand as a text.
    func roles(in token: AccessToken) -> Set<String> {
        guard let value = claim(in: token.claims) else { return [] }
        return Set(value.arrayValue?.compactMap(\.stringValue) ?? value.stringValue.map { [$0] } ?? [])
    }

    private func claim(in claims: JSONValue) -> JSONValue? {
        guard rolesClaim.hasPrefix("/") else { return claims[rolesClaim] }
        return rolesClaim.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .reduce(Optional(claims)) { value, name in
                // The escapes of RFC 6901, in the order that it prescribes.
                value?[String(name).replacing("~1", with: "/").replacing("~0", with: "~")]
            }
    }
}
