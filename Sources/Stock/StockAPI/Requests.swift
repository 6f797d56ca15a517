import DomainKit
import HTTPServer

extension HTTPRequest {
    /// The product that the path names.
    var productID: EntityID {
        get throws(Problem) { try id("productId") }
    }
}

extension PageRequest {
    /// The product after which the page begins; nil for the first page.
    var productID: EntityID? {
        get throws(Problem) { try position { EntityID($0) } }
    }
}
