/// Why a token is not taken.
///
/// The raw values are few and stable, so that they can label a metric.
public enum TokenFault: String, Error, Sendable, CaseIterable {
    case tooLarge = "too_large"
    case malformed
    case unsupportedType = "unsupported_type"
    case unsupportedAlgorithm = "unsupported_algorithm"
    case unknownKey = "unknown_key"
    case badSignature = "bad_signature"
    case wrongIssuer = "wrong_issuer"
    case wrongAudience = "wrong_audience"
    case expired
    case notYetValid = "not_yet_valid"

    /// A sentence for the one who sent it, in ASCII without quotes, as RFC 6750 section 3 wants it. It tells nothing of
    /// what the server knows.
    public var detail: String {
        switch self {
        case .tooLarge: "The token is larger than \(AccessToken.maximumSize) bytes."
        case .malformed: "The token is not a JSON Web Token with the claims of RFC 9068."
        case .unsupportedType: "The type of the token is not at+jwt."
        case .unsupportedAlgorithm: "The token is not signed with ES256, RS256 or EdDSA."
        case .unknownKey: "The token is signed with a key that is not known here."
        case .badSignature: "The signature of the token does not fit."
        case .wrongIssuer: "The token is from another issuer."
        case .wrongAudience: "The token is for another audience."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        }
    }
}

/// The keys have not been had yet, so that no token can be told from a forged one. It heals by itself.
public struct KeysUnavailable: Error, Sendable, Equatable {
    public init() {}
}
