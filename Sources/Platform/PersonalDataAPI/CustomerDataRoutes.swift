import DomainKit
import HTTPServer

/// `/api/customers/{customerId}/data`: what a domain knows of a person, and forgetting it. The same in every domain.
public struct CustomerDataRoutes: Sendable {
    /// Forgets a customer as a person (GDPR article 17).
    public typealias Erasure =
        @Sendable (_ customer: EntityID, _ cause: Cause, _ work: any UnitOfWork) async throws -> Void

    private static let path = "/api/customers/{customerId}/data"

    private let units: any UnitOfWorkProvider
    private let record: @Sendable (EntityID) async throws -> HTTPResponse
    private let erase: Erasure
    private let operations: (get: Operation, erase: Operation)

    /// - Parameters:
    ///   - units: opens one unit of work for each erasure.
    ///   - customers: what is known.
    ///   - body: how it is told.
    ///   - details: what else there is to say of an erasure, in sentences.
    public init<Body: CustomerDataBody>(
        _ units: any UnitOfWorkProvider, customers: some PersonalData<Body.Record>, as body: Body.Type,
        details: String? = nil, erase: @escaping Erasure
    ) {
        self.units = units
        self.erase = erase
        record = { id in
            .json(
                200, Body(customer: id, record: try await customers.record(of: id)),
                headers: ["Cache-Control": "no-store"])
        }
        operations = (.getCustomerData(as: Body.schema), .eraseCustomerData(details: details))
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, operations.get, handler: getData)
        router.delete(Self.path, operations.erase, handler: deleteData)
    }

    @Sendable private func getData(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await record(customer(request))
    }

    @Sendable private func deleteData(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try customer(request)
        try await units.perform { [erase] work in try await erase(id, request.cause, work) }
        return .empty()
    }

    /// - Throws: 404 where it is another customer's, or none.
    private func customer(_ request: HTTPRequest) throws(Problem) -> EntityID {
        let id = try request.id("customerId")
        guard let own = try request.ownCustomerID(), own != id else { return id }
        throw .notFound()
    }
}
