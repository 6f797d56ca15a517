/// Where an order stands. Pending leads to Confirmed or Cancelled, Confirmed to Cancelled by the customer alone.
public enum OrderStatus: String, Sendable, CaseIterable {
    /// Placed; Stock has not answered yet.
    case pending = "Pending"
    /// All its stock has been taken: it will be delivered.
    case confirmed = "Confirmed"
    /// It will not be delivered. Nothing leads out of here.
    case cancelled = "Cancelled"
}
