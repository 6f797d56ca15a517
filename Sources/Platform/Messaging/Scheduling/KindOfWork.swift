import DomainKit

/// A kind of scheduled work and how it is done.
public struct KindOfWork: Sendable {
    /// Does work that is due, all in one unit of work.
    /// - Returns: what came of it, for who reads the list.
    public typealias Handler = @Sendable ([ScheduledWork], any UnitOfWork) async throws -> String

    public let name: String
    /// How many are done in one unit of work at most.
    let batchSize: Int
    /// The first time after a given one at which it is due; nil where it is due when somebody adds it.
    let next: (@Sendable (Timestamp) -> Timestamp)?
    let handler: Handler

    /// Work that somebody puts into the schedule.
    /// - Parameter batchSize: how many are done in one unit of work at most. Where that fails, each is done alone, so that
    ///   one that cannot be done keeps none of the others.
    public static func once(
        _ name: String, batchSize: Int = 50, handler: @escaping Handler
    ) -> KindOfWork {
        KindOfWork(name: name, batchSize: batchSize, next: nil, handler: handler)
    }

    /// Work that is done again and again, such as every day. Times that were missed, because no worker ran, are made up
    /// for by doing it once.
    /// - Parameter next: the first time after a given one at which it is due. The same in all workers, so that they agree
    ///   on what is to be done.
    public static func recurring(
        _ name: String, next: @escaping @Sendable (Timestamp) -> Timestamp, handler: @escaping Handler
    ) -> KindOfWork {
        KindOfWork(name: name, batchSize: 1, next: next, handler: handler)
    }
}
