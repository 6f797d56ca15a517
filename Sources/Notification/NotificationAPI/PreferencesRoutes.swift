import DomainKit
import HTTPServer
import NotificationApplication
import NotificationDomain

/// `/api/customers/{customerId}/preferences`: what a customer wants to be told.
public struct PreferencesRoutes: Sendable {
    private static let path = "/api/customers/{customerId}/preferences"

    private let units: any UnitOfWorkProvider
    private let preferences: any CustomerPreferences
    private let change: ChangePreferences

    /// - Parameters:
    ///   - units: opens one unit of work for each change.
    ///   - preferences: what customers said.
    public init(_ units: any UnitOfWorkProvider, preferences: any CustomerPreferences) {
        self.units = units
        self.preferences = preferences
        change = ChangePreferences(preferences)
    }

    /// Adds the routes to `router`.
    public func add(to router: inout Router) {
        router.get(Self.path, .getPreferences, handler: get)
        router.put(Self.path, .changePreferences, handler: put)
    }

    @Sendable private func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try customer(request)
        let said = try await preferences.said(by: [id])[id] ?? Preferences()
        return try .tagged(PreferencesBody(said), for: request)
    }

    @Sendable private func put(_ request: HTTPRequest) async throws -> HTTPResponse {
        let id = try customer(request)
        let condition = try request.requiredPrecondition()
        let wanted = try request.decode(PreferencesBody.self).preferences
        try await units.perform { [change] work in
            try await change(of: id, to: wanted, in: work) { try condition.check(PreferencesBody($0)) }
        }
        return .json(200, PreferencesBody(wanted)).tagged
    }

    /// - Throws: 404 where it is another customer's.
    private func customer(_ request: HTTPRequest) throws(Problem) -> EntityID {
        let id = try request.id("customerId")
        guard let own = try request.ownCustomerID(), own != id else { return id }
        throw .notFound()
    }
}

extension Operation {
    static let getPreferences = Operation(
        "getPreferences", "Shows what a customer said about what they want to be told", tag: "Preferences",
        access: .roles([.customer, .admin]),
        details: "Who has said nothing gets everything, unless the shop's customer service says otherwise.",
        parameters: [.customer, .ifNoneMatch],
        answers: [.json(200, PreferencesBody.schema, "What they said.")])
    static let changePreferences = Operation(
        "changePreferences", "Says what a customer wants to be told", tag: "Preferences",
        access: .roles([.customer, .admin]),
        details: """
            It stands in place of all that the shop's customer service says of that, and holds for every notification that
            is not sent yet. That an order was cancelled is always told.
            """,
        parameters: [.customer, .requiredIfMatch], body: .json(PreferencesBody.schema),
        answers: [.json(200, PreferencesBody.schema, "What they say now.")])
}

extension Operation.Parameter {
    fileprivate static let customer = path("customerId", "The customer.")
}
