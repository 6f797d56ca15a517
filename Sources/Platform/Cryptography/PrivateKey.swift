import COpenSSL

/// A private key that is made here and never leaves the process: for those who issue tokens, tests among them.
// `@unchecked Sendable` holds for the reason given at ``PublicKey``.
public final class PrivateKey: @unchecked Sendable {
    public let algorithm: SignatureAlgorithm
    private let key: OpaquePointer

    /// OpenSSL could not do it, as where there is no memory left.
    public struct Failure: Error, Sendable {}

    /// A new key; of RSA with 2048 bits.
    public init(_ algorithm: SignatureAlgorithm) throws(Failure) {
        let kind =
            switch algorithm {
            case .es256: EVP_PKEY_EC
            case .rs256: EVP_PKEY_RSA
            case .edDSA: EVP_PKEY_ED25519
            }
        guard let context = EVP_PKEY_CTX_new_id(kind, nil) else { throw Failure() }
        defer {
            EVP_PKEY_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw Failure() }
        switch algorithm {
        case .es256:
            guard EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1 else { throw Failure() }
        case .rs256: guard EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2_048) == 1 else { throw Failure() }
        case .edDSA: break
        }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen(context, &key) == 1, let key else { throw Failure() }
        self.key = key
        self.algorithm = algorithm
    }

    deinit { EVP_PKEY_free(key) }

    /// The other half, as X.509 has it, in DER (RFC 5280 section 4.1). A P-256 point ends it, and so does a key of Ed25519.
    public var publicKeyInfo: [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(key, &bytes)
        guard count > 0, let bytes else { return [] }
        defer { CRYPTO_free(bytes, nil, 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// Signs `message`, in the form that ``PublicKey/verifies(_:of:)`` takes.
    public func sign(_ message: [UInt8]) throws(Failure) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw Failure() }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        let digest = algorithm == .edDSA ? nil : EVP_sha256()
        var signature = [UInt8](repeating: 0, count: 1_024)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, digest, nil, key) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        else { throw Failure() }
        signature.removeLast(signature.count - count)
        guard algorithm == .es256 else { return signature }
        guard let numbers = DER.integers(signature) else { throw Failure() }
        return numbers.flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
    }
}
