import DomainKit
import NotificationDomain

/// Finds out what is known of customers: by the customer service, or where that is away, by what it last said; and what
/// they said here.
public struct LookUpCustomers: Sendable {
    private let directory: (any CustomerDirectory)?
    private let copies: any CustomerCopies
    private let preferences: any CustomerPreferences

    /// - Parameter directory: nil where there is no customer service.
    public init(
        _ directory: (any CustomerDirectory)?, copies: any CustomerCopies, preferences: any CustomerPreferences
    ) {
        self.directory = directory
        self.copies = copies
        self.preferences = preferences
    }

    /// Whether there is no customer service to be asked.
    public var isImmediate: Bool { directory == nil }

    /// The longest time that it takes to ask another machine; 0 where there is none.
    public var timeLimit: Duration { directory?.timeLimit ?? .zero }

    /// What they said here, which is all that can be known within a unit of work: no customer service is asked.
    public func callAsFunction(
        _ customers: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> [EntityID: KnownCustomer] {
        try await preferences.said(by: customers, in: work).mapValues { KnownCustomer(preferences: $0) }
    }

    /// Asks for all of them at once.
    /// - Returns: what is known of each, and what was said just now and is to be kept.
    public func callAsFunction(
        _ customers: Set<EntityID>
    ) async throws -> (known: [EntityID: KnownCustomer], heard: HeardCustomers) {
        guard !customers.isEmpty else { return ([:], HeardCustomers()) }
        let said = try await preferences.said(by: customers)
        guard let directory else { return (said.mapValues { KnownCustomer(preferences: $0) }, HeardCustomers()) }
        let answers = await withTaskGroup(of: (EntityID, CustomerAnswer).self) { group in
            for id in customers { group.addTask { (id, await directory.lookUp(id)) } }
            return await group.reduce(into: [EntityID: CustomerAnswer]()) { $0[$1.0] = $1.1 }
        }
        let silent = answers.filter { if case .unavailable = $0.value { true } else { false } }
        let copies = silent.isEmpty ? [:] : try await copies.copies(of: Set(silent.keys))
        let known = Dictionary(
            uniqueKeysWithValues: answers.map { id, answer in
                (id, KnownCustomer(answer, copy: copies[id], preferences: said[id]))
            })
        let heard = HeardCustomers(
            found: answers.values.compactMap { if case .found(let customer) = $0 { customer } else { nil } },
            unknown: Set(answers.filter { $0.value == .unknown }.keys))
        return (known, heard)
    }
}
