import CLinux

/// How many files and sockets the process may have open at once (`RLIMIT_NOFILE`).
///
/// The system gives a process 1,024 as a rule, because programs that use `select(2)` could not take more, and lets it ask
/// for more. Nothing here uses `select`.
public enum FileDescriptorLimit {
    /// How many there may be now.
    public static var current: Int { Int(clamping: tradewind_descriptor_limit(1)) }

    /// Asks for as many as the system allows.
    /// - Returns: how many there may be from now on.
    @discardableResult
    public static func raise() -> Int { Int(clamping: tradewind_descriptor_limit(0)) }
}
