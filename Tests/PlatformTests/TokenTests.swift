import Cryptography
import DomainKit
import Encodings
import JSON
import Testing

@testable import Tokens

/// A token is three parts of strict base64url with the claims that RFC 9068 wants, and nothing else is one.
@Suite struct AccessTokenParsingTests {
    private let header = #"{"alg":"ES256","typ":"at+jwt","kid":"k"}"#
    private let claims = #"{"iss":"i","sub":"s","aud":"a","exp":2000000000}"#

    private func token(_ header: String, _ claims: String, signature: String = "AA") -> String {
        "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8)).\(signature)"
    }

    @Test func whatItSaysIsRead() throws {
        let token = try AccessToken.parse(token(header, claims))
        #expect(token.algorithm == .es256)
        #expect(token.keyID == "k")
        #expect(token.issuer == "i")
        #expect(token.subject == "s")
        #expect(token.audiences == ["a"])
        #expect(token.expires == Timestamp(microseconds: 2_000_000_000_000_000))
        #expect(token.notBefore == nil)
    }

    @Test(arguments: ["at+jwt", "AT+JWT", "application/at+jwt"])
    func theTypeOfAccessTokensIsTaken(_ type: String) throws {
        let header = #"{"alg":"EdDSA","typ":"\#(type)"}"#
        #expect(try AccessToken.parse(token(header, claims)).algorithm == .edDSA)
    }

    @Test(arguments: [#"{"alg":"ES256","typ":"JWT"}"#, #"{"alg":"ES256"}"#, #"{"alg":"ES256","typ":"logout+jwt"}"#])
    func noOtherTypeIsTaken(_ header: String) {
        #expect(fault(token(header, claims)) == .unsupportedType)
    }

    @Test(arguments: ["none", "None", "HS256", "HS384", "HS512", "PS256", "ES384", "ES256K", "RS512", "es256", ""])
    func noOtherAlgorithmIsTaken(_ name: String) {
        #expect(fault(token(#"{"alg":"\#(name)","typ":"at+jwt"}"#, claims)) == .unsupportedAlgorithm)
    }

    @Test func anEmptySignatureIsNoWayAroundTheAlgorithm() {
        #expect(fault(token(#"{"alg":"none","typ":"at+jwt"}"#, claims, signature: "")) == .unsupportedAlgorithm)
    }

    @Test(arguments: [
        #"{"alg":1,"typ":"at+jwt"}"#, #"{"typ":"at+jwt"}"#, #"["ES256"]"#, "", "{",
        #"{"alg":"ES256","typ":"at+jwt","kid":7}"#, #"{"alg":"ES256","typ":"at+jwt","crit":["exp"]}"#,
        #"{"alg":"ES256","alg":"none","typ":"at+jwt"}"#,
    ])
    func aHeaderThatIsNoneIsMalformed(_ header: String) {
        #expect(fault(token(header, claims)) == .malformed)
    }

    @Test(arguments: [
        "{}", "[]", #"{"sub":"s","aud":"a","exp":1}"#, #"{"iss":"i","aud":"a","exp":1}"#,
        #"{"iss":"i","sub":"","aud":"a","exp":1}"#, #"{"iss":"i","sub":"s","exp":1}"#,
        #"{"iss":"i","sub":"s","aud":[1],"exp":1}"#, #"{"iss":"i","sub":"s","aud":"a"}"#,
        #"{"iss":"i","sub":"s","aud":"a","exp":"1"}"#, #"{"iss":"i","sub":"s","aud":"a","exp":1e300}"#,
        #"{"iss":"i","sub":"s","aud":"a","exp":-1}"#, #"{"iss":"i","sub":"s","aud":"a","exp":1,"nbf":"0"}"#,
    ])
    func claimsThatAreMissingOrNoneAreMalformed(_ claims: String) {
        #expect(fault(token(header, claims)) == .malformed)
    }

    @Test func onlyThreePartsOfStrictBase64URLAreAToken() {
        let good = token(header, claims)
        let parts = good.split(separator: ".")
        for bad in [
            "", ".", "..", "...", String(good.dropLast(3)), good + ".AA", good + "=", good + " ", " " + good,
            good + "\n", parts.reversed().joined(separator: "."), good.replacing("A", with: "+"),
            // Bits that stand for nothing: another spelling of the same signature.
            String(good.dropLast()) + "B",
        ] {
            #expect(fault(bad) == .malformed)
        }
    }

    @Test func whatIsTooLargeIsNotLookedAt() {
        let text = String(repeating: "A", count: AccessToken.maximumSize + 1)
        #expect(fault(text) == .tooLarge)
    }

    private func fault(_ text: String) -> TokenFault? {
        do throws(TokenFault) {
            _ = try AccessToken.parse(text)
            return nil
        } catch {
            return error
        }
    }
}

/// A token counts for this service, now, or not at all.
@Suite struct TokenRulesTests {
    private let rules = TokenRules(issuer: "i", audience: "a")
    private let now = Timestamp(microseconds: 1_700_000_000_000_000)

    private func token(_ claims: String) throws -> AccessToken {
        let header = #"{"alg":"ES256","typ":"at+jwt"}"#
        return try AccessToken.parse("\(Base64URL.encode(header.utf8)).\(Base64URL.encode(claims.utf8)).")
    }

    private func fault(_ claims: String) throws -> TokenFault? {
        let token = try token(claims)
        do throws(TokenFault) {
            try rules.check(token, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func clocksMayDifferByTheLeewayAndNotByMore() throws {
        for (claims, expected) in [
            (#""exp":1700000001"#, nil), (#""exp":1699999971"#, nil), (#""exp":1699999970"#, TokenFault.expired),
            (#""exp":1700000100,"nbf":1700000030"#, nil),
            (#""exp":1700000100,"nbf":1700000031"#, TokenFault.notYetValid),
        ] {
            let found = try fault(#"{"iss":"i","sub":"s","aud":"a",\#(claims)}"#)
            #expect(found == expected)
        }
    }

    @Test func issuerAndAudienceMustBeOurs() throws {
        let others = try fault(#"{"iss":"I","sub":"s","aud":"a","exp":1700000001}"#)
        let elsewhere = try fault(#"{"iss":"i","sub":"s","aud":["b","A"],"exp":1700000001}"#)
        let several = try fault(#"{"iss":"i","sub":"s","aud":["b","a"],"exp":1700000001}"#)
        #expect(others == .wrongIssuer)
        #expect(elsewhere == .wrongAudience)
        #expect(several == nil)
    }

    @Test(arguments: [
        ("roles", #""roles":["admin","operator"]"#, ["admin", "operator"]), ("roles", #""roles":"admin""#, ["admin"]),
        ("roles", #""role":["admin"]"#, []), ("roles", #""roles":[1,"admin"]"#, ["admin"]),
        ("/realm_access/roles", #""realm_access":{"roles":["customer"]}"#, ["customer"]),
        ("https://shop/roles", #""https://shop/roles":["operator"]"#, ["operator"]), ("/a~1b", #""a/b":["x"]"#, ["x"]),
    ])
    func rolesStandWhereTheIssuerPutsThem(claim: String, text: String, expected: [String]) throws {
        let token = try token(#"{"iss":"i","sub":"s","aud":"a","exp":1700000001,\#(text)}"#)
        #expect(TokenRules(issuer: "i", audience: "a", rolesClaim: claim).roles(in: token) == Set(expected))
    }
}

@Suite struct TokenCacheTests {
    private func identity(until seconds: Int64) -> TokenIdentity {
        TokenIdentity(subject: "s", roles: [], validUntil: Timestamp(microseconds: seconds * 1_000_000))
    }
    private let now = Timestamp(microseconds: 100_000_000)

    @Test func aTokenIsKnownUntilItExpires() {
        let cache = TokenCache()
        cache.insert(identity(until: 101), for: "a")
        cache.insert(identity(until: 100), for: "b")
        #expect(cache.identity(of: "a", at: now) != nil)
        #expect(cache.identity(of: "b", at: now) == nil)
        #expect(cache.identity(of: "c", at: now) == nil)
    }

    @Test func itStaysBoundedAndKeepsWhatIsUsed() {
        let cache = TokenCache(capacity: 100)
        cache.insert(identity(until: 1_000), for: "used")
        for number in 0..<1_000 {
            cache.insert(identity(until: 1_000), for: "token \(number)")
            #expect(cache.identity(of: "used", at: now) != nil)
        }
        #expect(cache.count <= 100)
    }

    @Test func tokensThatEndAlikeAreToldApart() {
        let cache = TokenCache()
        cache.insert(identity(until: 1_000), for: "one.0123456789abcdefghi")
        #expect(cache.identity(of: "two.0123456789abcdefghi", at: now) == nil)
    }
}
