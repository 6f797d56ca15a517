import COpenSSL
import Encodings

/// The SHA-256 digest of FIPS 180-4, by OpenSSL.
public enum SHA256 {
    /// The 32 bytes of the digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            COpenSSL.SHA256(bytes, bytes.count, buffer.baseAddress)
            count = 32
        }
    }

    /// The digest in hexadecimal, lower case.
    public static func hexadecimal(_ bytes: [UInt8]) -> String {
        Hexadecimal.encode(digest(bytes))
    }
}
