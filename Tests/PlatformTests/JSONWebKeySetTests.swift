import Testing

@testable import Tokens

/// Of an issuer's keys those are read that can verify tokens. The numbers are the examples of RFC 7515 and RFC 8037.
@Suite struct JSONWebKeySetTests {
    private static let point = """
        "kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        """
    private static let edwards =
        #""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#
    private static let modulus =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2l"
        + "ZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa"
        + "2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAc"
        + "DTW9gb54h4FRWyuXpoQ"
    private static let rsa = #""kty":"RSA","e":"AQAB","n":"\#(modulus)""#

    private func parse(_ keys: String...) throws -> JSONWebKeySet {
        try JSONWebKeySet.parse(Array(#"{"keys":[\#(keys.map { "{\($0)}" }.joined(separator: ","))]}"#.utf8))
    }

    @Test func allThreeKindsAreRead() throws {
        let set = try parse(Self.point + #","kid":"1""#, Self.edwards, Self.rsa + #","use":"sig","alg":"RS256""#)
        #expect(set.keys.map(\.key.algorithm) == [.es256, .edDSA, .rs256])
        #expect(set.keys.map(\.id) == ["1", nil, nil])
        #expect(set.passedOver == 0)
    }

    @Test(arguments: [
        // For something else.
        point + #","use":"enc""#, point + #","alg":"ES384""#, point + #","alg":"HS256""#,
        point + #","key_ops":["sign"]"#, rsa + #","alg":"PS256""#, edwards + #","alg":"ES256""#,
        // Of a kind that is not known, or a secret.
        #""kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ""#, #""kty":"EC","crv":"P-384""#, #""kty":"OKP""#, "",
        // Too short, not on the curve, even, an exponent that verifies anything.
        #""kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbj""#,
        #""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
            + #""y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU""#,
        #""kty":"RSA","e":"AQ","n":"\#(modulus)""#, #""kty":"RSA","e":"Ag","n":"\#(modulus)""#,
        #""kty":"RSA","e":"AQAB","n":"\#(modulus)=""#, point + #","kid":7"#,
    ])
    func whatCannotVerifyIsPassedOver(_ key: String) throws {
        let set = try parse(key, Self.edwards)
        #expect(set.keys.count == 1)
        #expect(set.passedOver == 1)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[{"kty":"oct","k":"AA"}]}"#, #"{"keys":[1]}"#,
        #"{"keys":[\#(Array(repeating: "{}", count: 65).joined(separator: ","))]}"#,
    ])
    func whatIsNoKeySetIsRefusedAsAWhole(_ text: String) {
        #expect(throws: JSONWebKeySet.Fault.self) { try JSONWebKeySet.parse(Array(text.utf8)) }
    }
}
