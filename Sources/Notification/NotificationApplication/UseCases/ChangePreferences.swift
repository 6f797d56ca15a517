import DomainKit
import NotificationDomain

/// Has a customer say what they want to be told. It holds for all that is not sent yet.
public struct ChangePreferences: Sendable {
    private let preferences: any CustomerPreferences

    public init(_ preferences: any CustomerPreferences) { self.preferences = preferences }

    /// - Parameter allow: throws where what was said before must not be replaced. Nobody else replaces it meanwhile.
    public func callAsFunction(
        of customer: EntityID, to wanted: Preferences, in work: any UnitOfWork,
        if allow: @Sendable (Preferences) throws -> Void = { _ in }
    ) async throws {
        try allow(try await preferences.lock(customer, in: work))
        try await preferences.save(wanted, of: customer, in: work)
    }
}
