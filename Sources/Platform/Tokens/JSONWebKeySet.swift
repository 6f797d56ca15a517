import Cryptography
import Encodings
import JSON

/// The public keys of an issuer (RFC 7517).
public struct JSONWebKeySet: Sendable {
    /// The most keys that are read.
    public static let maximumCount = 64

    /// One key.
    public struct Key: Sendable {
        /// Its name, if it has one.
        public let id: String?
        public let key: PublicKey
    }

    /// Those keys that can verify tokens.
    public let keys: [Key]
    /// How many more there are that cannot: of another type, too weak, or for another use.
    public let passedOver: Int

    /// Why a document is no key set.
    public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Reads a key set. A pure function of `bytes`. Keys that cannot be used are passed over, as section 5 advises, so
    /// that an issuer may bring in others for others.
    /// - Throws: where it is no key set, or no key in it can be used.
    public static func parse(_ bytes: [UInt8]) throws(Fault) -> JSONWebKeySet {
        let document: JSONValue
        do throws(JSONSyntaxError) {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw Fault(description: "is not JSON: \(error)")
        }
        guard let elements = document["keys"]?.arrayValue else {
            throw Fault(description: "is not a JSON Web Key Set: it has no array \"keys\"")
        }
        guard elements.count <= maximumCount else {
            throw Fault(description: "has \(elements.count) keys, more than \(maximumCount)")
        }
        let keys = elements.compactMap(Key.init)
        guard !keys.isEmpty else {
            throw Fault(description: "has no key for ES256, RS256 (of 2048 bits or more) or EdDSA")
        }
        return JSONWebKeySet(keys: keys, passedOver: elements.count - keys.count)
    }

    /// The keys that may have signed a token: of its algorithm, and of its key's name. Without a name the algorithm alone
    /// must single one out.
    func candidates(for token: AccessToken) -> [PublicKey] {
        let fitting = keys.filter { $0.key.algorithm == token.algorithm }
        guard let id = token.keyID else { return fitting.count == 1 ? fitting.map(\.key) : [] }
        return fitting.filter { $0.id == id }.map(\.key)
    }
}

extension JSONWebKeySet.Key {
    /// Nil where the key cannot verify tokens. Only the public half is looked at.
    fileprivate init?(_ value: JSONValue) {
        guard value["use"].map({ $0.stringValue == "sig" }) ?? true,
            value["key_ops"].map({ $0.arrayValue?.contains(.string("verify")) == true }) ?? true,
            value["kid"].map({ $0.stringValue != nil }) ?? true,
            let key = try? JSONWebKeySet.Key.publicKey(value),
            value["alg"].map({ $0.stringValue == key.algorithm.rawValue }) ?? true
        else { return nil }
        self.init(id: value["kid"]?.stringValue, key: key)
    }

    private static func publicKey(_ value: JSONValue) throws(PublicKey.Fault) -> PublicKey? {
        func bytes(_ name: String) -> [UInt8]? { value[name]?.stringValue.flatMap { Base64URL.decode($0.utf8) } }
        switch (value["kty"]?.stringValue, value["crv"]?.stringValue) {
        case ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y") else { return nil }
            return try .p256(x: x, y: y)
        case ("RSA", _):
            guard let modulus = bytes("n"), let exponent = bytes("e") else { return nil }
            return try .rsa(modulus: modulus, exponent: exponent)
        case ("OKP", "Ed25519"): return try bytes("x").map { x throws(PublicKey.Fault) in try .ed25519(x) }
        default: return nil
        }
    }
}
