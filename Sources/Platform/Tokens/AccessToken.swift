import Cryptography
import DomainKit
import Encodings
import JSON

/// A JSON Web Token (RFC 7519) for access (RFC 9068) taken apart. Nothing about it is verified yet.
public struct AccessToken: Sendable, Equatable {
    /// The largest token that is looked at, in bytes.
    public static let maximumSize = 8_192

    public let algorithm: SignatureAlgorithm
    /// Which of its issuer's keys signed it, if it says so.
    public let keyID: String?
    public let issuer: String
    public let subject: String
    public let audiences: [String]
    public let expires: Timestamp
    public let notBefore: Timestamp?
    /// All of its claims.
    public let claims: JSONValue
    /// What is signed.
    let signingInput: [UInt8]
    let signature: [UInt8]

    /// Takes a token in compact form (RFC 7515 section 7.1) apart. A pure function of `text`.
    ///
    /// What RFC 8725 advises is done here: the algorithm is one of a fixed list, the type is `at+jwt`, and what the
    /// header declares critical is refused, since none of it is known here.
    public static func parse(_ text: String) throws(TokenFault) -> AccessToken {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumSize else { throw .tooLarge }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64URL.decode(parts[2]) else { throw .malformed }
        let header = try object(parts[0])
        let algorithm = try self.algorithm(header)
        let claims = try object(parts[1])
        return try AccessToken(
            algorithm, header, claims, signingInput: Array(bytes[..<parts[1].endIndex]), signature: signature)
    }

    private init(
        _ algorithm: SignatureAlgorithm, _ header: JSONValue, _ claims: JSONValue, signingInput: [UInt8],
        signature: [UInt8]
    ) throws(TokenFault) {
        guard let issuer = claims["iss"]?.stringValue, let subject = claims["sub"]?.stringValue, !subject.isEmpty,
            let audiences = claims["aud"]?.texts, let expires = claims["exp"]?.numericDate
        else { throw .malformed }
        self.algorithm = algorithm
        keyID = try header["kid"].map { value throws(TokenFault) in
            guard let text = value.stringValue else { throw TokenFault.malformed }
            return text
        }
        self.issuer = issuer
        self.subject = subject
        self.audiences = audiences
        self.expires = expires
        notBefore = try claims["nbf"].map { value throws(TokenFault) in
            guard let time = value.numericDate else { throw TokenFault.malformed }
            return time
        }
        self.claims = claims
        self.signingInput = signingInput
        self.signature = signature
    }

    private static func object(_ encoded: ArraySlice<UInt8>) throws(TokenFault) -> JSONValue {
        guard let bytes = Base64URL.decode(encoded), let value = try? JSONValue(parsing: bytes),
            case .object = value
        else { throw .malformed }
        return value
    }

    private static func algorithm(_ header: JSONValue) throws(TokenFault) -> SignatureAlgorithm {
        guard let name = header["alg"]?.stringValue else { throw .malformed }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .unsupportedAlgorithm }
        guard let type = header["typ"]?.stringValue?.lowercased(), ["at+jwt", "application/at+jwt"].contains(type)
        else { throw .unsupportedType }
        guard header["crit"] == nil else { throw .malformed }
        return algorithm
    }
}

extension JSONValue {
    /// One text, or several.
    fileprivate var texts: [String]? {
        if let text = stringValue { return [text] }
        guard let elements = arrayValue else { return nil }
        let texts = elements.compactMap(\.stringValue)
        return texts.count == elements.count ? texts : nil
    }

    /// Seconds since 1970 (RFC 7519 section 2), up to the year 9999; nil where it is anything else.
    fileprivate var numericDate: Timestamp? {
        let seconds: Double
        switch self {
        case .integer(let number): seconds = Double(number)
        case .number(let number): seconds = number
        default: return nil
        }
        guard (0...253_402_300_799).contains(seconds) else { return nil }
        return Timestamp(microseconds: Int64(seconds * 1_000_000))
    }
}
