import DomainKit
import HTTPServer
import JSON
import OrderDomain

extension Problem {
    /// 422 with a pointer to each item that cannot be priced.
    init(_ faults: PricingFaults) {
        self = .unprocessable(faults.faults.map(JSONFault.init))
    }
}

extension Problem {
    /// 409: there is nothing left to cancel.
    static let orderCancelledAlready = conflict("The order is cancelled already.")
}

extension JSONFault {
    fileprivate init(_ fault: PricingFault) {
        switch fault {
        case .unknownProduct(let index):
            self.init(pointer: "/items/\(index)/productId", detail: "is not a known product")
        case .otherCurrency(let index, let expected, let found):
            self.init(
                pointer: "/items/\(index)/productId",
                detail: "is priced in \(found.code), but the items before it in \(expected.code)")
        case .lineOverflow(let index):
            self.init(pointer: "/items/\(index)/quantity", detail: "makes the amount too large")
        case .totalOverflow: self.init(pointer: "/items", detail: "add up to too large an amount")
        case .noItems: self.init(pointer: "/items", detail: "must have 1 to 100 elements, but has 0")
        }
    }
}
