/// What a migrator is asked to do on its command line.
enum MigratorCommand: Equatable {
    case up(isDryRun: Bool)
    case status
    case validate
    case help

    /// - Returns: `nil` when the arguments are none that a migrator knows.
    init?(_ arguments: [String]) {
        if arguments.contains("--help") || arguments.contains("-h") {
            self = .help
            return
        }
        switch arguments {
        case [], ["up"]: self = .up(isDryRun: false)
        case ["--dry-run"], ["up", "--dry-run"], ["--dry-run", "up"]: self = .up(isDryRun: true)
        case ["status"]: self = .status
        case ["validate"]: self = .validate
        default: return nil
        }
    }

    static func usage(of name: String) -> String {
        """
        Usage: \(name) [up] [--dry-run] | status | validate | --help

          up          applies the migrations that are missing; the default
          --dry-run   shows what up would apply, and changes nothing
          status      shows every migration and whether it has been applied
          validate    fails when an applied migration was changed, is missing or was not finished

        Settings: DATABASE_URL (or DATABASE_URL_FILE); MIGRATOR_WAIT, how long to wait for the database (60s);
        MIGRATOR_LOCK_WAIT, how long to wait for another migrator (5m).
        Exit status: 0 done, 1 failed, 64 wrong arguments, 78 wrong settings.
        """
    }
}
