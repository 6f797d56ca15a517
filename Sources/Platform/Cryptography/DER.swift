/// The few forms of DER (X.690) that keys and signatures are written in.
enum DER {
    /// Object identifiers with the parameters that belong to them, each as the content of an AlgorithmIdentifier.
    enum Algorithm {
        /// id-ecPublicKey with prime256v1 (RFC 5480 section 2.1.1).
        static let p256: [UInt8] =
            [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
            + [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        /// rsaEncryption with NULL (RFC 3279 section 2.3.1).
        static let rsa: [UInt8] =
            [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01] + [0x05, 0x00]
        /// id-Ed25519 (RFC 8410 section 3).
        static let ed25519: [UInt8] = [0x06, 0x03, 0x2B, 0x65, 0x70]
    }

    /// A key as X.509 has it (RFC 5280 section 4.1).
    static func subjectPublicKeyInfo(_ algorithm: [UInt8], _ key: [UInt8]) -> [UInt8] {
        sequence(sequence(algorithm) + element(0x03, [0] + key))
    }

    static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    /// A number that is not negative, from its bytes, big-endian.
    static func integer(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var digits = Array(bytes.drop { $0 == 0 })
        // The first bit is a sign.
        if digits.first.map({ $0 & 0x80 != 0 }) ?? true { digits.insert(0, at: 0) }
        return element(0x02, digits)
    }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 128 else { return [tag, UInt8(content.count)] + content }
        var length: [UInt8] = []
        var rest = content.count
        while rest > 0 {
            length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }

    /// The numbers of a sequence that holds nothing else and has fewer than 128 bytes, as a signature of P-256 is, each without
    /// zeros before it. Nil where `bytes` is anything else.
    static func integers(_ bytes: [UInt8]) -> [[UInt8]]? {
        guard bytes.count >= 2, bytes[0] == 0x30, Int(bytes[1]) == bytes.count - 2, bytes[1] < 128 else { return nil }
        var rest = bytes.dropFirst(2)
        var numbers: [[UInt8]] = []
        while let tag = rest.popFirst() {
            guard tag == 0x02, let length = rest.popFirst(), length <= rest.count else { return nil }
            numbers.append(Array(rest.prefix(Int(length)).drop { $0 == 0 }))
            rest = rest.dropFirst(Int(length))
        }
        return numbers
    }
}
