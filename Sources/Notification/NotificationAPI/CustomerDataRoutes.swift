import DomainKit
import HTTPServer
import JSON
import NotificationApplication

/// `/api/customers/{customerId}/data`: what Notification knows of a person, and forgetting it.
public struct CustomerDataRoutes: Sendable {
    private static let path = "/api/customers/{customerId}/data"

    private let units: any UnitOfWorkProvider
    private let export: ExportCustomer
    private let erase: EraseCustomer

    /// - Parameters:
    ///   - units: opens one unit of work for each erasure.
    ///   - customers: what is known.
    public init(_ units: any UnitOfWorkProvider, customers: any CustomerData) {
        self.units = units
        export = ExportCustomer(customers)
        erase = EraseCustomer(customers)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, .getCustomerData, handler: getData)
        router.delete(Self.path, .eraseCustomerData, handler: deleteData)
    }

    @Sendable private func getData(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try customer(request)
        return .json(
            200, CustomerRecordBody(customer: id, record: try await export(id)), headers: ["Cache-Control": "no-store"])
    }

    @Sendable private func deleteData(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try customer(request)
        try await units.perform { [erase] work in try await erase(id, in: work) }
        return .empty()
    }

    /// - Throws: 404 where it is another customer's, or none.
    private func customer(_ request: HTTPRequest) throws(Problem) -> EntityID {
        let id = try request.id("customerId")
        guard let own = try request.ownCustomerID(), own != id else { return id }
        throw .notFound()
    }
}

/// All that Notification knows of a customer.
struct CustomerRecordBody: JSONEncodable {
    let customer: EntityID
    let record: CustomerRecord

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.field("customerId", customer)
            json.field("notifications", record.notifications.map(NotificationBody.init))
            json.field("texts", record.texts)
        }
    }
}
