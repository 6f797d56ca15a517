import COpenSSL

/// How a message is signed, by its name in JSON Web Algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// All are of public keys. That there is neither `none` nor a secret shared by both sides is meant.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    /// ECDSA over P-256 with SHA-256.
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// Ed25519.
    case edDSA = "EdDSA"
}

/// A public key, which verifies signatures of the one algorithm that it is for.
// `@unchecked Sendable` holds because an `EVP_PKEY` that nobody changes may be used by several threads at once
// (openssl-threads(7)), and this one is not changed between `init` and `deinit`.
public final class PublicKey: @unchecked Sendable {
    /// The only algorithm that this key verifies: a key for two could be fooled (RFC 8725 section 3.1).
    public let algorithm: SignatureAlgorithm
    private let key: OpaquePointer

    /// Why bytes are no key that is fit for use.
    public enum Fault: Error, Sendable, Equatable {
        /// A number has not as many bytes as it must.
        case wrongLength
        /// RSA with fewer than 2048 bits or more than 8192.
        case wrongStrength
        /// Not a key at all, such as a point that is not on its curve.
        case notAKey
    }

    /// The point of P-256 with these coordinates, 32 bytes each.
    public static func p256(x: [UInt8], y: [UInt8]) throws(Fault) -> PublicKey {
        guard x.count == 32, y.count == 32 else { throw .wrongLength }
        return try PublicKey(DER.subjectPublicKeyInfo(DER.Algorithm.p256, [4] + x + y), for: .es256)
    }

    /// The RSA key of this modulus and public exponent, big-endian. The modulus has 2048 to 8192 bits.
    public static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(Fault) -> PublicKey {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (2_048...8_192).contains(bits) else { throw .wrongStrength }
        // Odd and at least 3. None in use has more than 8 bytes, and verifying would take long.
        guard let last = exponent.last, last & 1 == 1, exponent != [1], exponent.count <= 8 else { throw .notAKey }
        let numbers = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
        return try PublicKey(DER.subjectPublicKeyInfo(DER.Algorithm.rsa, numbers), for: .rs256)
    }

    /// The key of Ed25519 with these 32 bytes.
    public static func ed25519(_ bytes: [UInt8]) throws(Fault) -> PublicKey {
        guard bytes.count == 32 else { throw .wrongLength }
        return try PublicKey(DER.subjectPublicKeyInfo(DER.Algorithm.ed25519, bytes), for: .edDSA)
    }

    private init(_ info: [UInt8], for algorithm: SignatureAlgorithm) throws(Fault) {
        // What fails leaves its reason in a list of the thread, where libpq or libcurl would find it.
        defer { ERR_clear_error() }
        let key = info.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return d2i_PUBKEY(nil, &next, buffer.count)
        }
        guard let key else { throw .notAKey }
        self.key = key
        self.algorithm = algorithm
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether `signature` is of `message` by this key's other half, in the form that JSON Web Signatures have: for ES256
    /// the two numbers of 32 bytes one behind the other (RFC 7518 section 3.4).
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        var signature = signature
        if algorithm == .es256 {
            guard signature.count == 64 else { return false }
            signature = DER.sequence(DER.integer(signature[..<32]) + DER.integer(signature[32...]))
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        let digest = algorithm == .edDSA ? nil : EVP_sha256()
        guard EVP_DigestVerifyInit(context, nil, digest, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
