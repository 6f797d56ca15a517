/// Something to be done at a later time. It is kept with the change that it follows from, and done once.
public struct ScheduledWork: Sendable, Equatable {
    public let id: EntityID
    /// What is to be done, such as `order-follow-up`.
    public let kind: String
    /// What it is about; nil where that is nothing in particular. Of one kind there is at most one for each.
    public let about: EntityID?
    public let dueAt: Timestamp
    /// All that whoever does it needs to know, as JSON.
    public let data: String
    /// What led to it.
    public let cause: Cause

    public init(id: EntityID, kind: String, about: EntityID?, dueAt: Timestamp, data: String, cause: Cause) {
        self.id = id
        self.kind = kind
        self.about = about
        self.dueAt = dueAt
        self.data = data
        self.cause = cause
    }
}

/// Where work is put that is to be done later.
public protocol Schedule: Sendable {
    /// Adds what is not there yet, done or not: of one kind and about the same, or about nothing and due at the same time.
    func add(_ work: [ScheduledWork], in unit: any UnitOfWork) async throws

    /// Has that work of a kind never done which waits still. It stays in the list, with `reason` as its outcome.
    ///
    /// Call it before the unit of work takes locks that doing the work takes, too: it waits for work that is being done.
    func callOff(_ kind: String, about: Set<EntityID>, because reason: String, in unit: any UnitOfWork) async throws
}

/// How far scheduled work is. The raw values are those of HTTP.
public enum ScheduledWorkState: String, Sendable, CaseIterable {
    /// It was not tried yet.
    case waiting = "Waiting"
    /// It was tried in vain, and will be tried again.
    case failing = "Failing"
    /// It was done, or called off.
    case done = "Done"
}

/// Scheduled work and what became of it, as people read it: without its data.
public struct ScheduledWorkEntry: Sendable, Equatable {
    public let id: EntityID
    public let kind: String
    public let about: EntityID?
    public let state: ScheduledWorkState
    public let dueAt: Timestamp
    /// When it is tried next; nil where it is done.
    public let nextTryAt: Timestamp?
    /// How often it was tried in vain.
    public let failures: Int
    /// Why the last try failed; nil where none did.
    public let lastError: String?
    /// When it was done or called off; nil where it waits.
    public let doneAt: Timestamp?
    /// What came of it, or why it was called off; nil where it waits.
    public let outcome: String?

    public init(
        id: EntityID, kind: String, about: EntityID?, state: ScheduledWorkState, dueAt: Timestamp,
        nextTryAt: Timestamp?, failures: Int, lastError: String?, doneAt: Timestamp?, outcome: String?
    ) {
        self.id = id
        self.kind = kind
        self.about = about
        self.state = state
        self.dueAt = dueAt
        self.nextTryAt = nextTryAt
        self.failures = failures
        self.lastError = lastError
        self.doneAt = doneAt
        self.outcome = outcome
    }
}

/// Scheduled work, where it is only read.
public protocol ScheduledWorkLog: Sendable {
    /// At most `limit` entries older than the one with id `id`, newest first.
    /// - Parameters:
    ///   - kind: of this kind only.
    ///   - state: in this state only.
    func entries(
        kind: String?, state: ScheduledWorkState?, before id: EntityID?, limit: Int
    ) async throws -> [ScheduledWorkEntry]
}
