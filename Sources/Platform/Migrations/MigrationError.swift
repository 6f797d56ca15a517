import Postgres

/// Why a schema was not migrated. The description names the file concerned.
public enum MigrationError: Error, Sendable {
    /// A file that cannot be a migration.
    case badFile(_ file: String, _ reason: String)
    /// Two files of the same version.
    case sameVersion(_ file: String, _ other: String)
    /// A file was changed after it had been applied.
    case changed(_ file: String)
    /// A file that was applied is not there.
    case missing(_ file: String)
    /// A new file comes before one that has been applied.
    case outOfOrder(_ file: String, applied: String)
    /// A file without a transaction was begun and not ended.
    case unfinished(_ file: String)
    /// The statements of a file failed. With a transaction nothing of it remains.
    case failed(_ file: String, PostgresError)
    /// Another migrator kept the lock for the whole time that this one waits.
    case locked(Duration)
    /// The database could not be reached, or failed outside of any file.
    case database(PostgresError)
}

extension MigrationError: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String {
        switch self {
        case .badFile(let file, let reason): "\(file) is no migration: \(reason)"
        case .sameVersion(let file, let other): "\(file) and \(other) have the same version"
        case .changed(let file):
            "\(file) was changed after it had been applied: restore it, and put the change into a new file"
        case .missing(let file): "\(file) has been applied and is missing: restore it, or use the newer migrator"
        case .outOfOrder(let file, let applied):
            "\(file) is new and comes before \(applied), which has been applied: give it a higher version"
        case .unfinished(let file):
            "\(file) runs outside a transaction and was begun but not finished: undo what it left behind, then delete "
                + "its row from schema_history and run the migrator again"
        case .failed(let file, let error): "\(file) failed: \(error.message) (\(error.sqlState ?? error.code.rawValue))"
        case .locked(let limit): "another migrator has been at work for \(limit)"
        case .database(let error): "the database cannot be used: \(error.message)"
        }
    }

    public var debugDescription: String {
        switch self {
        case .failed(_, let error), .database(let error): "\(description)\n\(error.debugDescription)"
        default: description
        }
    }
}
