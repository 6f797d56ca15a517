import Cryptography
import DomainKit
import Encodings
import JSON

/// Issues tokens for tests, with a key that is made at run time.
public struct TestIssuer: Sendable {
    public let key: PrivateKey
    public let keyID: String
    public let issuer: String
    public let audience: String

    public init(
        _ algorithm: SignatureAlgorithm = .es256, keyID: String = "test", issuer: String = "https://issuer.test",
        audience: String = "tradewind"
    ) throws {
        key = try PrivateKey(algorithm)
        self.keyID = keyID
        self.issuer = issuer
        self.audience = audience
    }

    /// The public key as a JSON Web Key.
    public var jsonWebKey: JSONValue {
        let info = key.publicKeyInfo
        func text(_ bytes: some Sequence<UInt8>) -> JSONValue { .string(Base64URL.encode(bytes)) }
        var members: [String: JSONValue] = [
            "kid": .string(keyID), "use": .string("sig"), "alg": .string(key.algorithm.rawValue),
        ]
        switch key.algorithm {
        case .es256:
            members.merge(
                [
                    "kty": .string("EC"), "crv": .string("P-256"), "x": text(info.suffix(64).prefix(32)),
                    "y": text(info.suffix(32)),
                ]
            ) { $1 }
        case .edDSA:
            members.merge(["kty": .string("OKP"), "crv": .string("Ed25519"), "x": text(info.suffix(32))]) { $1 }
        // The modulus, 256 bytes, stands before the exponent 65537, 3 bytes with a head of 2.
        case .rs256:
            members.merge(
                ["kty": .string("RSA"), "n": text(info.dropLast(5).suffix(256)), "e": text(info.suffix(3))]
            ) { $1 }
        }
        return .object(members)
    }

    /// The key set that a server is told.
    public var keySet: [UInt8] { TestIssuer.keySet(of: [self]) }

    public static func keySet(of issuers: [TestIssuer]) -> [UInt8] {
        JSONValue.object(["keys": .array(issuers.map(\.jsonWebKey))]).jsonBytes
    }

    /// The claims of a good token.
    public func claims(
        _ subject: String = "somebody", roles: [String] = [], expiresIn: Duration = .seconds(3_600)
    ) -> [String: JSONValue] {
        let now = SystemClock().now.microseconds / 1_000_000
        return [
            "iss": .string(issuer), "aud": .string(audience), "sub": .string(subject), "iat": .integer(now),
            "exp": .integer(now + expiresIn.components.seconds), "roles": .array(roles.map { .string($0) }),
        ]
    }

    /// The header of a good token.
    public var header: [String: JSONValue] {
        ["typ": .string("at+jwt"), "alg": .string(key.algorithm.rawValue), "kid": .string(keyID)]
    }

    /// A token with these claims and this header, signed whatever they say.
    public func token(
        _ claims: [String: JSONValue], header: [String: JSONValue]? = nil
    ) throws -> String {
        let input = TestIssuer.signingInput(header ?? self.header, claims)
        return try "\(input).\(Base64URL.encode(key.sign(Array(input.utf8))))"
    }

    /// A good token.
    public func token(_ roles: String..., subject: String = "somebody") throws -> String {
        try token(claims(subject, roles: roles))
    }

    /// Header and claims as they are signed.
    public static func signingInput(_ header: [String: JSONValue], _ claims: [String: JSONValue]) -> String {
        [header, claims].map { Base64URL.encode(JSONValue.object($0).jsonBytes) }.joined(separator: ".")
    }
}

/// HMAC with SHA-256 (RFC 2104): what a server must not take for a signature.
public func hmacSHA256(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    let key = key.count > 64 ? SHA256.digest(key) : key
    let block = key + [UInt8](repeating: 0, count: 64 - key.count)
    return SHA256.digest(block.map { $0 ^ 0x5C } + SHA256.digest(block.map { $0 ^ 0x36 } + message))
}
