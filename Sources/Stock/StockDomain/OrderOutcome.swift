/// What stock did about an order. Each order gets exactly one, by whichever of its messages comes first; the only
/// change ever after is from ``deducted`` to ``returned``.
public enum OrderOutcome: String, Sendable {
    /// Its stock was taken.
    case deducted = "Deducted"
    /// Nothing was taken, and nothing will be.
    case refused = "Refused"
    /// Its stock was taken and given back.
    case returned = "Returned"
    /// Its cancellation came before the order did: when the order comes, nothing is taken.
    case cancelledFirst = "CancelledFirst"
}
