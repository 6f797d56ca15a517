/// What a caller may be. Routes say which of these they are for (``Access``).
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Somebody who buys: their own orders only.
    case customer
    /// Somebody who keeps the shop going: reads everything, and sends dead letters again.
    case `operator`
    /// Somebody who decides what the shop is: products, stock, templates.
    case admin
}
