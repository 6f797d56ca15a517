import CLibpq

/// Where a database is and how a pool uses it.
///
/// Every default suits both a laptop and production; only the URL must be given.
public struct PostgresSettings: Sendable {
    /// `postgresql://user:password@host:port/database?sslmode=…`, as libpq understands it. Secret: never logged.
    public var url: String
    /// The most connections a pool opens. 16 to 32 for all processes of a domain together are enough.
    public var poolSize: Int
    /// How long a caller waits for a free connection of a pool.
    public var acquireTimeout: Duration
    /// How long opening one connection may take.
    public var connectTimeout: Duration
    /// How long the server may work on one statement; zero for no limit. The client gives up a little later.
    public var statementTimeout: Duration
    /// How long a transaction may sit idle before the server ends the session; zero for no limit.
    public var idleInTransactionTimeout: Duration
    /// The name shown in `pg_stat_activity`.
    public var applicationName: String

    /// Creates settings. The URL is looked at when the first connection is opened, or by ``problem(withURL:)``.
    public init(
        url: String, poolSize: Int = 8, acquireTimeout: Duration = .seconds(5), connectTimeout: Duration = .seconds(5),
        statementTimeout: Duration = .seconds(30), idleInTransactionTimeout: Duration = .seconds(60),
        applicationName: String = "tradewind"
    ) {
        self.url = url
        self.poolSize = max(1, poolSize)
        self.acquireTimeout = acquireTimeout
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.idleInTransactionTimeout = idleInTransactionTimeout
        self.applicationName = applicationName
    }

    /// What is wrong with `url`, in words without any part of it, or `nil` when libpq can read it.
    public static func problem(withURL url: String) -> String? {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            return "must start with postgresql://"
        }
        guard let options = PQconninfoParse(url, nil) else { return "is not a PostgreSQL connection URL" }
        PQconninfoFree(options)
        return nil
    }

    /// Where the database is, for those who look at traces.
    var target: (host: String, port: Int, database: String) {
        (keyword("host") ?? "localhost", keyword("port").flatMap { Int($0) } ?? 5432, keyword("dbname") ?? "")
    }

    /// The URL's value of a libpq keyword such as `host`, `port` or `dbname`.
    func keyword(_ name: String) -> String? {
        guard let options = PQconninfoParse(url, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == name { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }
}

extension PostgresSettings: CustomStringConvertible {
    /// Host, port and database: never the user or the password.
    public var description: String {
        "\(keyword("host") ?? "localhost"):\(keyword("port") ?? "5432")/\(keyword("dbname") ?? "")"
    }
}

extension PostgresSettings: CustomDebugStringConvertible {
    public var debugDescription: String { description }
}

extension PostgresSettings: CustomReflectable {
    /// Keeps `dump` and interpolation of an enclosing type from printing the URL.
    public var customMirror: Mirror { Mirror(self, children: ["database": description]) }
}

extension Duration {
    /// Whole milliseconds, as PostgreSQL's timeouts count.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
