import DomainKit

/// Divides the stock at hand among orders: in the order in which they ask, each wholly or not at all.
public struct Allocation: Sendable {
    /// What became of one order's demand.
    public enum Decision: Sendable, Equatable {
        /// All of its lines were taken.
        case deducted
        /// Nothing was taken, for lack of these.
        case refused([Lack])
    }

    /// A line of which there was too little.
    public struct Lack: Sendable, Equatable {
        public let line: Demand.Line
        /// How many pieces the order could have had.
        public let available: Int

        public init(line: Demand.Line, available: Int) {
            self.line = line
            self.available = available
        }
    }

    private var available: [EntityID: Int]

    /// - Parameter levels: the stock to divide. Of a product that is not among them there is nothing.
    public init(of levels: some Sequence<StockLevel>) {
        available = Dictionary(levels.map { ($0.productID, $0.available) }, uniquingKeysWith: min)
    }

    /// Decides on the next order. What it takes is gone for those after it; a refused one leaves all as it was.
    public mutating func decide(_ demand: Demand) -> Decision {
        let lacking = demand.lines.compactMap { line in
            let available = available[line.productID, default: 0]
            return line.quantity > available ? Lack(line: line, available: available) : nil
        }
        guard lacking.isEmpty else { return .refused(lacking) }
        for line in demand.lines { available[line.productID, default: 0] -= line.quantity }
        return .deducted
    }

    /// How many pieces of a product are left.
    public func left(of productID: EntityID) -> Int { available[productID, default: 0] }
}

extension [Allocation.Lack] {
    /// How many products a reason names before it only counts the rest.
    private static var named: Int { 5 }

    /// Why an order was refused, in words for the customer: "Out of stock: Sencha 100 g (2 wanted, 1 available)".
    public var reason: String {
        let named = prefix(Self.named).map { "\($0.line.name) (\($0.line.quantity) wanted, \($0.available) available)" }
        let rest = count - named.count
        return "Out of stock: " + named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
