import Foundation
import Locking

/// One of the shop's executables, run as a user would run it.
///
/// Its standard output goes to a file of its own, which ``log`` reads.
public final class ServerProcess: Sendable {
    /// The folder of the built executables.
    public static var binaries: URL {
        get throws {
            guard let path = ProcessInfo.processInfo.environment["TRADEWIND_BIN_DIR"] else {
                throw MissingSetting(name: "TRADEWIND_BIN_DIR")
            }
            return URL(filePath: path, directoryHint: .isDirectory)
        }
    }

    /// A variable that `profiles/test` sets is missing.
    public struct MissingSetting: Error, CustomStringConvertible {
        let name: String
        public var description: String { "\(name) is not set: run the tests with profiles/test" }
    }

    public let name: String
    private let running: Mutex<Process>
    /// Where its standard output and error go.
    public let logFile: URL
    private let exit: AsyncStream<Int32>
    private let status = Mutex<Int32?>(nil)

    /// Starts `name` with exactly the given settings in its environment.
    public init(_ name: String, arguments: [String] = [], settings: [String: String]) throws {
        self.name = name
        logFile = FileManager.default.temporaryDirectory.appending(path: "tradewind-test-\(name)-\(UUID()).log")
        _ = FileManager.default.createFile(atPath: logFile.path(), contents: nil)
        let output = try FileHandle(forWritingTo: logFile)
        let process = Process()
        process.executableURL = try ServerProcess.binaries.appending(path: name)
        process.arguments = arguments
        process.environment = settings
        process.standardOutput = output
        process.standardError = output
        let (exit, ended) = AsyncStream.makeStream(of: Int32.self)
        self.exit = exit
        process.terminationHandler = { process in
            // As a shell tells it: a process that a signal ended has 128 and the signal's number.
            let isSignal = process.terminationReason == .uncaughtSignal
            ended.yield((isSignal ? 128 : 0) + process.terminationStatus)
            ended.finish()
        }
        try process.run()
        running = Mutex(process)
    }

    deinit { try? FileManager.default.removeItem(at: logFile) }

    /// What it has written so far.
    public var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    public var identifier: Int32 { running.withLock { $0.processIdentifier } }

    /// Sends a signal, such as `SIGTERM`, unless it has ended: its number may be another process's by then.
    public func signal(_ number: Int32) {
        running.withLock { process in
            if process.isRunning { _ = Foundation.kill(process.processIdentifier, number) }
        }
    }

    /// Waits for the end.
    /// - Returns: the exit code; 128 and more where a signal ended it.
    @discardableResult
    public func wait() async -> Int32 {
        if let known = status.withLock({ $0 }) { return known }
        for await code in exit { status.withLock { $0 = code } }
        return status.withLock { $0 } ?? -1
    }

    /// Asks it to stop and waits until it has.
    @discardableResult
    public func stop() async -> Int32 {
        signal(SIGTERM)
        return await wait()
    }

    /// Ends it at once, as a power cut would.
    public func kill9() async {
        signal(SIGKILL)
        await wait()
    }
}
