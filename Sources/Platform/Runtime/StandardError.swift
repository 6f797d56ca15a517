import Glibc

/// The stream for what a person reads when a process cannot go on.
public enum StandardError {
    /// Writes `text` and a line feed.
    public static func write(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
