import DomainKit
import StockContracts
import StockDomain

/// Registers a product, or changes the one that is registered. Whoever keeps a copy of prices is told of a change of what
/// they copy.
///
/// Another threshold makes no product run low: what is available falls no further by it.
public struct RegisterProduct: Sendable {
    /// The product as it is now, and whether it was not there before.
    public struct Registration: Sendable, Equatable {
        public let product: Product
        public let isNew: Bool
    }

    private let products: any ProductRepository

    public init(_ products: any ProductRepository) { self.products = products }

    /// - Parameter allow: throws where the product as it is, nil where there is none, must not become another. Nobody else
    ///   changes it meanwhile.
    /// - Throws: ``StockError/skuTaken(_:)``.
    public func callAsFunction(
        _ id: EntityID, _ details: ProductDetails, cause: Cause, in work: any UnitOfWork,
        if allow: @Sendable (Product?) throws -> Void = { _ in }
    ) async throws -> Registration {
        if let product = try await products.lock(id, in: work) {
            try allow(product)
            return try await change(product, to: details, cause: cause, in: work)
        }
        try allow(nil)
        let product = Product(registering: id, details: details)
        if try await products.add(product, in: work) {
            try await work.publish(ProductPriced(product), cause: cause)
            return Registration(product: product, isNew: true)
        }
        // Another request registered it in between, or else it is the SKU that is taken.
        guard let product = try await products.lock(id, in: work) else { throw StockError.skuTaken(details.sku) }
        try allow(product)
        return try await change(product, to: details, cause: cause, in: work)
    }

    private func change(
        _ product: Product, to details: ProductDetails, cause: Cause, in work: any UnitOfWork
    ) async throws -> Registration {
        guard let changed = product.changed(to: details) else { return Registration(product: product, isNew: false) }
        try await products.save(changed, in: work)
        if changed.details.differsInPrice(from: product.details) {
            try await work.publish(ProductPriced(changed), cause: cause)
        }
        return Registration(product: changed, isNew: false)
    }
}

extension ProductPriced {
    fileprivate init(_ product: Product) {
        self.init(
            productID: product.id, sku: product.details.sku, name: product.details.name,
            unitPrice: product.details.unitPrice, version: product.version)
    }
}
