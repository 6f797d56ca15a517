/// The SQLSTATE codes that the platform reacts to.
public enum SQLState {
    public static let uniqueViolation = "23505"
    public static let foreignKeyViolation = "23503"
    public static let checkViolation = "23514"
    public static let serializationFailure = "40001"
    public static let deadlockDetected = "40P01"
    public static let queryCanceled = "57014"
    public static let undefinedTable = "42P01"
    public static let duplicateDatabase = "42P04"
    static let inFailedTransaction = "25P02"
    static let featureNotSupported = "0A000"
    static let invalidStatementName = "26000"

    /// Whether the code says that the server is going, gone, not ready, full or a read-only standby.
    static func isUnreachable(_ code: String) -> Bool {
        if code.hasPrefix("08") { return true }
        switch code {
        // Shutting down, crash of another session, starting up, database dropped, idle session ended.
        case "57P01", "57P02", "57P03", "57P05", "25P03": return true
        // Too many connections; a standby that took over from nobody.
        case "53300", "25006": return true
        default: return false
        }
    }
}
