import Cryptography
import DomainKit
import Encodings
import Foundation
import HTTPServer
import JSON
import Lifecycle
import Locking
import Observability
import TestKit
import Testing
import Tokens

/// Tokens are verified with the keys in force, and with no other thing.
@Suite struct TokenVerifierTests {
    private let rules = TokenRules(issuer: "https://issuer.test", audience: "tradewind")

    private func verifier(_ document: [UInt8]) async throws -> TokenVerifier {
        let ring = KeyRing(FixedKeySource(document), logger: .silent)
        await ring.prepare()
        return TokenVerifier(rules, keys: ring)
    }

    private func fault(_ verifier: TokenVerifier, _ token: String) async -> TokenFault? {
        do {
            _ = try await verifier.verify(token)
            return nil
        } catch {
            return error as? TokenFault
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func aGoodTokenOfEachAlgorithmSaysWhoItIs(_ algorithm: SignatureAlgorithm) async throws {
        let issuer = try TestIssuer(algorithm)
        let verifier = try await verifier(issuer.keySet)
        for _ in 1...20 {
            let token = try issuer.token("operator", "admin", subject: EntityID.v7().description)
            let identity = try await verifier.verify(token)
            #expect(identity.roles == ["operator", "admin"])
            #expect(verifier.known(token) == identity)
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func aTokenThatWasChangedAnywhereIsRefused(_ algorithm: SignatureAlgorithm) async throws {
        let issuer = try TestIssuer(algorithm)
        let verifier = try await verifier(issuer.keySet)
        let parts = try issuer.token("customer").split(separator: ".").map(String.init)
        let claims = Base64URL.encode(JSONValue.object(issuer.claims(roles: ["admin"])).jsonBytes)
        var signature = Base64URL.decode(parts[2].utf8) ?? []
        signature[signature.count / 2] ^= 1
        for (token, expected) in [
            ("\(parts[0]).\(claims).\(parts[2])", TokenFault.badSignature),
            ("\(parts[0]).\(parts[1]).\(Base64URL.encode(signature))", .badSignature),
            ("\(parts[0]).\(parts[1]).\(Base64URL.encode(signature.dropLast()))", .badSignature),
            ("\(parts[0]).\(parts[1]).\(Base64URL.encode(signature.map { _ in 0 }))", .badSignature),
            ("\(parts[0]).\(parts[1]).", .badSignature),
        ] {
            let found = await fault(verifier, token)
            #expect(found == expected)
            #expect(verifier.known(token) == nil)
        }
    }

    @Test func noTokenIsTakenWhoseAlgorithmIsNotThatOfItsKey() async throws {
        let rsa = try TestIssuer(.rs256)
        let verifier = try await verifier(rsa.keySet)
        let claims = rsa.claims(roles: ["admin"])
        for name in ["HS256", "none", "ES256", "EdDSA", "PS256"] {
            var header = rsa.header
            header["alg"] = .string(name)
            let input = TestIssuer.signingInput(header, claims)
            // The public key, which everybody knows, as the secret, in the forms that libraries have fallen for.
            let pem =
                "-----BEGIN PUBLIC KEY-----\n\(Data(rsa.key.publicKeyInfo).base64EncodedString())\n-----END PUBLIC KEY-----\n"
            for secret in [rsa.key.publicKeyInfo, Array(pem.utf8), rsa.keySet] {
                let forged = "\(input).\(Base64URL.encode(hmacSHA256(Array(input.utf8), key: secret)))"
                let found = await fault(verifier, forged)
                #expect(found == .unsupportedAlgorithm || found == .unknownKey)
            }
            let unsigned = await fault(verifier, "\(input).")
            #expect(unsigned == .unsupportedAlgorithm || unsigned == .unknownKey)
        }
    }

    @Test func aKeyThatTheTokenBringsAlongIsNotLookedAt() async throws {
        let known = try TestIssuer()
        let stranger = try TestIssuer()
        let verifier = try await verifier(known.keySet)
        var header = stranger.header
        header["jwk"] = stranger.jsonWebKey
        header["jku"] = .string("https://attacker.test/keys")
        let token = try stranger.token(stranger.claims(roles: ["admin"]), header: header)
        let found = await fault(verifier, token)
        #expect(found == .badSignature)
    }

    @Test func withoutAKeyNameTheAlgorithmMustSingleOneOut() async throws {
        let (one, two) = (try TestIssuer(.es256, keyID: "1"), try TestIssuer(.es256, keyID: "2"))
        let rsa = try TestIssuer(.rs256, keyID: "3")
        let verifier = try await verifier(TestIssuer.keySet(of: [one, two, rsa]))
        func nameless(_ issuer: TestIssuer) throws -> String {
            var header = issuer.header
            header["kid"] = nil
            return try issuer.token(issuer.claims(), header: header)
        }
        let ambiguous = await fault(verifier, try nameless(one))
        let single = await fault(verifier, try nameless(rsa))
        #expect(ambiguous == .unknownKey)
        #expect(single == nil)
    }

    @Test func claimsAreHeldAgainstTheRules() async throws {
        let issuer = try TestIssuer()
        let verifier = try await verifier(issuer.keySet)
        func fault(_ change: (inout [String: JSONValue]) -> Void) async throws -> TokenFault? {
            var claims = issuer.claims()
            change(&claims)
            return await self.fault(verifier, try issuer.token(claims))
        }
        let (wrongIssuer, wrongAudience) = (
            try await fault { $0["iss"] = .string("https://other.test") },
            try await fault { $0["aud"] = .string("elsewhere") }
        )
        let expired = try await fault { $0["exp"] = .integer(1_700_000_000) }
        let tooEarly = try await fault { $0["nbf"] = .integer(4_000_000_000) }
        #expect(wrongIssuer == .wrongIssuer)
        #expect(wrongAudience == .wrongAudience)
        #expect(expired == .expired)
        #expect(tooEarly == .notYetValid)
    }
}

/// New keys come into force without a restart, and a source that is away or a crowd of strangers does no harm.
@Suite struct KeyRotationTests {
    private let rules = TokenRules(issuer: "https://issuer.test", audience: "tradewind")

    @Test func aNewKeyIsFetchedWhenATokenNamesItAndAnOldOneGoesWithItsTokens() async throws {
        let (old, new) = (try TestIssuer(keyID: "old"), try TestIssuer(.edDSA, keyID: "new"))
        let source = FixedKeySource(old.keySet)
        let ring = KeyRing(source, logger: .silent)
        await ring.prepare()
        let verifier = TokenVerifier(rules, keys: ring)
        let (first, second) = (try old.token(), try new.token())
        _ = try await verifier.verify(first)
        source.set(TestIssuer.keySet(of: [old, new]))
        _ = try await verifier.verify(second)
        _ = try await verifier.verify(first)
        source.set(new.keySet)
        await #expect(throws: TokenFault.unknownKey) { try await verifier.verify(TestIssuer(keyID: "x").token()) }
        await #expect(throws: TokenFault.unknownKey) { try await verifier.verify(first) }
    }

    @Test func aCrowdWithUnknownKeysCausesOneLook() async throws {
        let (known, stranger) = (try TestIssuer(keyID: "known"), try TestIssuer(keyID: "stranger"))
        let source = FixedKeySource(known.keySet, pause: .seconds(3_600))
        // No first look, so that the crowd is the first.
        let verifier = TokenVerifier(rules, keys: KeyRing(source, logger: .silent))
        let token = try stranger.token()
        await withTaskGroup(of: Void.self) { group in
            for _ in 1...100 {
                group.addTask {
                    await #expect(throws: TokenFault.unknownKey) { try await verifier.verify(token) }
                }
            }
        }
        #expect(source.looks == 1)
        _ = try await verifier.verify(known.token())
    }

    @Test func theLastKeysStayWhileTheSourceIsAwayOrSendsRubbish() async throws {
        let issuer = try TestIssuer()
        let source = FixedKeySource(issuer.keySet)
        let ring = KeyRing(source, logger: .silent)
        await ring.prepare()
        let verifier = TokenVerifier(rules, keys: ring)
        for document in [nil, Array("<html>".utf8), Array(#"{"keys":[]}"#.utf8)] {
            source.set(document)
            await #expect(throws: TokenFault.unknownKey) { try await verifier.verify(TestIssuer(keyID: "x").token()) }
            _ = try await verifier.verify(issuer.token(subject: EntityID.v7().description))
        }
        #expect(ring.health == .healthy)
    }

    @Test func withoutKeysNothingIsTakenAndTheProcessIsNotReady() async throws {
        let ring = KeyRing(FixedKeySource(nil), logger: .silent)
        await ring.prepare()
        #expect(!ring.health.isHealthy)
        let verifier = TokenVerifier(rules, keys: ring)
        await #expect(throws: KeysUnavailable.self) { try await verifier.verify(TestIssuer().token()) }
    }

    @Test func aFileIsReadAgainWhenItHasChangedAndOnlyThen() async throws {
        let (one, two) = (try TestIssuer(keyID: "1"), try TestIssuer(keyID: "2"))
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let source = FileKeySource(path: path)
        await #expect(throws: KeySourceError.self) { try await source.read() }
        try Data(one.keySet).write(to: URL(fileURLWithPath: path), options: .atomic)
        let (first, again) = (try await source.read(), try await source.read())
        try Data(two.keySet).write(to: URL(fileURLWithPath: path), options: .atomic)
        let changed = try await source.read()
        #expect(first == one.keySet)
        #expect(again == nil)
        #expect(changed == two.keySet)
    }

    @Test func keysComeFromAURL() async throws {
        let issuer = try TestIssuer()
        var router = Router()
        router.get("/keys", .test) { [document = issuer.keySet] _ in
            HTTPResponse(headers: ["Content-Type": "application/json"], body: document)
        }
        router.get("/large", .test) { _ in HTTPResponse(body: [UInt8](repeating: 0x20, count: 2 << 20)) }
        router.get("/moved", .test) { _ in HTTPResponse(status: 302, headers: ["Location": "/keys"]) }
        let rules = rules
        try await HTTPClient.with(router) { client in
            func ring(_ path: String) async -> KeyRing {
                let ring = KeyRing(URLKeySource(url: "http://127.0.0.1:\(client.port)\(path)"), logger: .silent)
                await ring.prepare()
                return ring
            }
            let good = await ring("/keys")
            _ = try await TokenVerifier(rules, keys: good).verify(issuer.token())
            for path in ["/large", "/moved", "/nothing"] {
                let bad = await ring(path)
                #expect(!bad.health.isHealthy)
            }
        }
    }

    @Test func aServerThatIsSilentIsGivenUp() async throws {
        let silent = try SilentServer()
        let source = URLKeySource(url: "http://127.0.0.1:\(silent.port)/", timeout: .milliseconds(200))
        await #expect(throws: (any Error).self) { try await source.read() }
    }
}

/// A document that a test changes; nil stands for a source that is away.
private final class FixedKeySource: KeySource {
    let place = "test"
    let interval: Duration = .seconds(3_600)
    let pause: Duration
    private let state: Mutex<(document: [UInt8]?, looks: Int)>

    init(_ document: [UInt8]?, pause: Duration = .zero) {
        self.pause = pause
        state = Mutex((document, 0))
    }

    var looks: Int { state.withLock { $0.looks } }
    func set(_ document: [UInt8]?) { state.withLock { $0.document = document } }

    func read() async throws -> [UInt8]? {
        // Others get to come while this one looks.
        try await Task.sleep(for: .milliseconds(20))
        return try state.withLock { state in
            state.looks += 1
            guard let document = state.document else { throw KeySourceError(description: "is away") }
            return document
        }
    }
}
