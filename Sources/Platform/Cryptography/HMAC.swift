import COpenSSL

/// Authenticates messages by a secret that both sides know (RFC 2104), by OpenSSL.
public enum HMAC {
    /// OpenSSL could not do it, as where there is no memory left.
    public struct Failure: Error, Sendable {}

    /// The 32 bytes of HMAC-SHA256 of `message`. A key of any length is taken; one shorter than 16 bytes can be guessed.
    public static func sha256(of message: [UInt8], key: [UInt8]) throws(Failure) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var count = 0
        // No key at all has an address, too: OpenSSL takes none for a mistake.
        let made = EVP_Q_mac(
            nil, "HMAC", nil, "SHA256", nil, key + [0], key.count, message, message.count, &code, code.count, &count)
        defer { ERR_clear_error() }
        guard made != nil, count == code.count else { throw Failure() }
        return code
    }
}
