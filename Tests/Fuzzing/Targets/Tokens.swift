import Cryptography
import DomainKit
import Encodings

@testable import Tokens

extension FuzzTarget {
    /// A token as it is sent; the header and the claims of one, a line each, which are put together; and a key set. Taken
    /// apart, and held against each other.
    static let tokens = FuzzTarget(name: "tokens") { input in
        let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let parts = (lines + [Array("signature".utf8)[...]]).map { Base64URL.encode($0) }
        for text in [String(input), parts.joined(separator: ".")] {
            guard let token = try? AccessToken.parse(text) else { continue }
            require(!token.subject.isEmpty && token.expires >= Timestamp(microseconds: 0), "\(token) has what it must")
        }
        if let keys = try? JSONWebKeySet.parse(input) {
            require((1...JSONWebKeySet.maximumCount).contains(keys.keys.count), "so many keys are read")
            for key in keys.keys { require(!key.key.verifies(input, of: input), "nothing has signed the input") }
        }
        if let bytes = Base64URL.decode(input) {
            require(Array(Base64URL.encode(bytes).utf8) == input, "each value has one form only")
        }
    }
}
