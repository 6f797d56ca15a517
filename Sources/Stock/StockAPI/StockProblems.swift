import HTTPServer
import StockDomain

/// What stock refuses, as an answer to a client.
extension StockError: ProblemConvertible {
    public var problem: Problem {
        switch self {
        case .unknownProduct(let id): .notFound("There is no product \(id).")
        case .skuTaken(let sku):
            .conflict(
                "The SKU \"\(sku)\" belongs to another product.", type: "/problems/sku-taken", title: "SKU taken")
        case .belowZero(let delta, let onHand):
            .conflict(
                "Stock cannot go below zero: \(onHand) on hand, \(delta.magnitude) to be taken away.",
                type: "/problems/stock-below-zero", title: "Stock below zero")
        }
    }
}
