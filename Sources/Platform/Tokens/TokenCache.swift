import DomainKit
import Locking

/// Who a token stands for, once it is verified.
public struct TokenIdentity: Sendable, Equatable {
    /// The claim `sub`: whom the token is about.
    public let subject: String
    /// The names of their roles.
    public let roles: Set<String>
    /// Until when the token is taken, clocks that differ allowed for.
    let validUntil: Timestamp
}

/// The tokens that were verified lately, so that the next request with one of them costs a look-up.
///
/// Only what was verified gets in, with one set of keys: another set has another cache. Bounded: of two halves the older
/// one is forgotten when the younger one is full.
final class TokenCache: Sendable {
    private struct State {
        var young: [Key: TokenIdentity] = [:]
        var old: [Key: TokenIdentity] = [:]
    }

    /// A token that hashes by its end alone, which is its signature: the issuer's choice, not that of who sends it.
    private struct Key: Hashable {
        let text: String

        func hash(into hasher: inout Hasher) {
            for byte in text.utf8.suffix(16) { hasher.combine(byte) }
        }
    }

    private let half: Int
    private let state = Mutex(State())

    /// - Parameter capacity: how many tokens are kept at most.
    init(capacity: Int = 20_000) { half = max(1, capacity / 2) }

    /// Whom a token stands for, where it was verified before and is still valid.
    func identity(of token: String, at now: Timestamp) -> TokenIdentity? {
        let key = Key(text: token)
        return state.withLock { state in
            var found = state.young[key]
            if found == nil, let old = state.old.removeValue(forKey: key) {
                insert(old, key, into: &state)
                found = old
            }
            guard let found else { return nil }
            guard now < found.validUntil else {
                state.young[key] = nil
                return nil
            }
            return found
        }
    }

    func insert(_ identity: TokenIdentity, for token: String) {
        state.withLock { insert(identity, Key(text: token), into: &$0) }
    }

    var count: Int { state.withLock { $0.young.count + $0.old.count } }

    private func insert(_ identity: TokenIdentity, _ key: Key, into state: inout State) {
        if state.young.count >= half { state = State(old: state.young) }
        state.young[key] = identity
    }
}
