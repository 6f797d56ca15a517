import DomainKit
import Glibc
import Lifecycle
import Observability

/// A process that runs services until it is told to stop: what the three executables of every domain have in common.
///
/// It reads the settings and reports all that is wrong with them at once (exit code 78), answers `--help`,
/// `--print-config` and `--check-health`, runs the services, stops them on `SIGTERM` or `SIGINT` within 25 seconds, and
/// exits 0.
public struct ServiceProcess<Settings: Sendable>: Sendable {
    private let name: String
    private let purpose: String
    private let readSettings: @Sendable (Environment) throws(ConfigurationError) -> Settings

    /// - Parameters:
    ///   - name: the executable's name; it is the `service.name` of the logs.
    ///   - purpose: what it is for, in a sentence, for `--help`.
    ///   - settings: reads the settings, and throws all that is wrong with them together.
    public init(
        _ name: String, _ purpose: String,
        settings: @escaping @Sendable (Environment) throws(ConfigurationError) -> Settings
    ) {
        self.name = name
        self.purpose = purpose
        readSettings = settings
    }

    /// Runs the services that `compose` makes, and ends the process.
    ///
    /// - Parameter compose: makes the parts of the process. What others depend on comes first and stops last.
    public func run(
        _ compose: @Sendable (_ settings: Settings, _ process: ProcessContext) async throws -> [any Service]
    ) async -> Never {
        FileDescriptorLimit.raise()
        let shutdown = ShutdownSignal()
        ProcessSignals.handle(triggering: shutdown)
        let environment = Environment.ofProcess()
        let level = environment.value(
            "LOG_LEVEL", default: LogLevel.info, "the lowest level that is logged: trace, debug, info, warn, error",
            expected: "must be trace, debug, info, warn or error", show: { $0.name.lowercased() },
            read: LogLevel.init)
        let format = environment.value(
            "LOG_FORMAT", default: LogFormat.json, "json, an object a line; or text, for people",
            expected: "must be json or text",
            show: { $0.name }, read: { LogFormat($0) })
        let tracing = TracingSettings(environment, service: name)
        let settings: Settings
        do throws(ConfigurationError) {
            settings = try readSettings(environment)
            try environment.validate()
            answerCommandLine(environment)
        } catch {
            answerCommandLine(environment)
            StandardError.write("\(name): these settings are wrong (see \(name) --help):\n\(error)")
            ExitCode.end(ExitCode.badConfiguration)
        }
        let logger = Logger(service: name, level: level, format: format)
        ProcessSignals.moveLogLevel(of: logger)
        MetricsRegistry.shared.addProcessFigures()
        let context = ProcessContext(name: name, logger: logger, readiness: Readiness())
        ExitCode.end(await run(compose, settings, context, tracing, until: shutdown))
    }

    private func run(
        _ compose: @Sendable (Settings, ProcessContext) async throws -> [any Service], _ settings: Settings,
        _ process: ProcessContext, _ tracing: TracingSettings, until shutdown: ShutdownSignal
    ) async -> Int32 {
        let logger = process.logger
        do {
            // The first to start and the last to stop: it tells what all others do.
            let services = tracing.begin(logger: logger) + (try await compose(settings, process))
            for service in services { try await service.prepare() }
            process.readiness.begin(watching: services)
            shutdown.onTrigger {
                process.readiness.stop()
                logger.info("stopping")
            }
            logger.info("started", LogField("pid", getpid()))
            let outcome = await ServiceGroup(services, logger: logger).run(until: shutdown)
            guard outcome == .stopped else { return ExitCode.failure }
            logger.info("stopped")
            return ExitCode.success
        } catch {
            logger.error("could not start", LogField("reason", String(describing: error)), .error(error))
            return ExitCode.failure
        }
    }

    /// Answers `--help`, `--print-config` and `--check-health` and ends the process; goes on where there are no arguments.
    private func answerCommandLine(_ environment: Environment) {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case nil: return
        case "--help", "-h": print(help(environment))
        case "--print-config":
            for setting in environment.settings {
                print("\(setting.name)=\(setting.isSecret ? "(secret)" : setting.value ?? "(missing)")")
            }
        case "--check-health": ExitCode.end(checkHealth(environment))
        case .some(let argument):
            StandardError.write("\(name): unknown argument \(argument)\n\n\(help(environment))")
            ExitCode.end(ExitCode.badUsage)
        }
        ExitCode.end(ExitCode.success)
    }

    /// Asks the process that runs with the same settings.
    private func checkHealth(_ environment: Environment) -> Int32 {
        func value(of name: String) -> String { environment.settings.first { $0.name == name }?.value ?? "" }
        let probe = HealthProbe(host: value(of: "HTTP_HOST"), port: Int(value(of: "HTTP_PORT")) ?? 0)
        guard case .notReady(let reason) = probe.ask() else { return ExitCode.success }
        StandardError.write("\(name): not ready: \(reason)")
        return ExitCode.failure
    }

    private func help(_ environment: Environment) -> String {
        // Those of OpenTelemetry are many, and rarely what somebody looks for.
        let isOfOthers = { (setting: Environment.Setting) in setting.name.hasPrefix("OTEL_") }
        let settings = environment.settings.filter { !isOfOthers($0) } + environment.settings.filter(isOfOthers)
        let lines = settings.map { setting in
            let fallback = setting.defaultValue ?? "required"
            return "  \(setting.name) (\(fallback.isEmpty ? "empty" : fallback))\n      \(setting.meaning)"
        }
        return """
            \(name): \(purpose)

            usage: \(name) [--help | --print-config | --check-health]

            Settings come from the environment, with their defaults here in parentheses. What must be kept secret can
            stand in a file instead, which the variable with _FILE behind its name names.

            \(lines.joined(separator: "\n"))

            --check-health asks the process that runs here with the same settings, and exits 0 if it is ready, else 1.
            SIGTERM stops it gracefully within 25 seconds, a second one at once. SIGUSR1 has it log more from now on (info,
            debug, trace), SIGUSR2 less (info, warn, error).
            Exit codes: 0 stopped, 1 failed, 64 wrong arguments, 78 wrong settings.
            """
    }
}

/// What a process hands to the parts that it is made of.
public struct ProcessContext: Sendable {
    /// The executable's name.
    public let name: String
    /// Writes the process's log.
    public let logger: Logger
    /// Whether the process is ready for work; `/health/ready` answers from it.
    public let readiness: Readiness
}

/// The exit codes of Tradewind's executables, by BSD's `sysexits.h`.
public enum ExitCode {
    public static let success: Int32 = 0
    public static let failure: Int32 = 1
    /// Wrong arguments (`EX_USAGE`).
    public static let badUsage: Int32 = 64
    /// Wrong settings (`EX_CONFIG`).
    public static let badConfiguration: Int32 = 78

    /// Ends the process with this code, and nothing besides but what is still to be written out.
    ///
    /// `exit(3)` would have OpenSSL take down what it has, while threads that have just closed a connection to PostgreSQL
    /// end, for which it cleans up as well: a worker that had done everything right ended by SIGSEGV in libcrypto.
    public static func end(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
