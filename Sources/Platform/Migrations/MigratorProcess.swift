import Glibc
import Postgres
import Runtime

/// A migrator: reads its arguments and settings, does one thing and exits.
public struct MigratorProcess {
    private let name: String

    /// - Parameter name: The executable's name, such as `order-migrator`.
    public init(_ name: String) { self.name = name }

    /// Does what the command line asks for with the given files, and ends the process.
    public func run(_ migrations: @Sendable () throws -> [Migration]) async -> Never {
        // As process 1 of a container nothing but a handler of our own makes these end the process. The server rolls
        // back what was under way.
        for number in [SIGTERM, SIGINT] { signal(number) { _exit(128 + $0) } }
        signal(SIGPIPE, SIG_IGN)
        ExitCode.end(await outcome(of: Array(CommandLine.arguments.dropFirst()), migrations))
    }

    private func outcome(of arguments: [String], _ migrations: @Sendable () throws -> [Migration]) async -> Int32 {
        guard let command = MigratorCommand(arguments) else {
            StandardError.write(
                "\(name): unknown arguments: \(arguments.joined(separator: " "))\n\n\(MigratorCommand.usage(of: name))")
            return ExitCode.badUsage
        }
        if command == .help {
            say(MigratorCommand.usage(of: name))
            return ExitCode.success
        }
        do {
            try await perform(command, try migrations(), Environment.ofProcess())
            return ExitCode.success
        } catch let error as ConfigurationError {
            StandardError.write("\(name): wrong settings:\n\(error)")
            return ExitCode.badConfiguration
        } catch {
            StandardError.write("\(name): \(String(reflecting: error))")
            return ExitCode.failure
        }
    }

    private func perform(
        _ command: MigratorCommand, _ migrations: [Migration], _ environment: Environment
    ) async throws {
        let url = environment.secret("DATABASE_URL", "the database whose schema is migrated")
        let databaseWait = environment.duration(
            "MIGRATOR_WAIT", default: .seconds(60), "how long to wait for a database that is not up yet")
        let lockWait = environment.duration(
            "MIGRATOR_LOCK_WAIT", default: .seconds(300), "how long to wait for another migrator")
        if !url.isEmpty, let problem = PostgresSettings.problem(withURL: url) {
            environment.fault("DATABASE_URL", problem)
        }
        try environment.validate()
        let runner = MigrationRunner(
            PostgresSettings(url: url), migrations, databaseWait: databaseWait, lockWait: lockWait,
            report: { [name] in say("\(name): \($0)") })
        switch command {
        case .up(let isDryRun): try await runner.up(isDryRun: isDryRun)
        case .status: try await runner.status()
        case .validate: try await runner.validate()
        case .help: return
        }
    }
}

/// Writes a line to standard output at once, whatever it is connected to.
private func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}
