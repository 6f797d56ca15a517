import DomainKit
import Glibc
import Migrations
import Observability
import Postgres

/// A fresh database on the server of `TEST_POSTGRES_URL`, dropped when the test is over, also when it throws.
public struct TestDatabase: Sendable {
    /// Its name, unique on the server.
    public let name: String
    /// How a process would be told where it is.
    public let url: String
    /// A pool on it.
    public let pool: PostgresPool

    /// Settings for further connections or pools.
    public func settings(poolSize: Int = 8) -> PostgresSettings {
        PostgresSettings(url: url, poolSize: poolSize, applicationName: name)
    }

    /// Lends a fresh database to `body`.
    /// - Parameters:
    ///   - migrator: The folder under `Migrators` whose SQL is applied first, such as `OrderMigrator`; none for an empty
    ///     database.
    ///   - poolSize: The size of ``pool``.
    public static func with<Value: Sendable>(
        migrator: String? = nil, poolSize: Int = 8, _ body: @Sendable (TestDatabase) async throws -> Value
    ) async throws -> Value {
        let name = "test_\(getpid())_\(EntityID.v7().description.suffix(12))"
        let server = try testServerURL()
        try await administer(server, "CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'")
        let url = replacingDatabase(of: server, by: name)
        let pool = PostgresPool(PostgresSettings(url: url, poolSize: poolSize, applicationName: name))
        let database = TestDatabase(name: name, url: url, pool: pool)
        do {
            if let migrator { try await database.migrate(migrator) }
            let value = try await body(database)
            try await database.drop(from: server)
            return value
        } catch {
            try await database.drop(from: server)
            throw error
        }
    }

    /// Applies the migrations of a domain that are not applied yet.
    /// - Parameter last: the last of them; nil for all.
    public func migrate(_ migrator: String, upTo last: Int? = nil) async throws {
        let steps = try TestDatabase.migrations(of: migrator).filter { $0.version <= last ?? .max }
        try await MigrationRunner(settings(), steps).up()
    }

    /// The migrations of a domain, read from the checkout as its migrator embeds them.
    public static func migrations(of migrator: String) throws -> [Migration] {
        let folder = "\(checkoutFolder)/Migrators/\(migrator)/SQL"
        return try namesOfFiles(in: folder).filter { $0.hasSuffix(".sql") }.map { file in
            try Migration(fileName: file, bytes: try contents(of: "\(folder)/\(file)"))
        }
    }

    /// Lends a proxy in front of the server to `body`, with the address of this database through it.
    public func withProxy<Value: Sendable>(
        _ body: @Sendable (_ proxy: TestProxy, _ url: String) async throws -> Value
    ) async throws -> Value {
        let authority = url.split(separator: "/")[1]
        let credentials = authority.prefix { $0 != "@" }
        let proxy = try TestProxy(to: authority.split(separator: ":").last.flatMap { UInt16($0) } ?? 5_432)
        defer { proxy.close() }
        return try await body(proxy, "postgresql://\(credentials)@127.0.0.1:\(proxy.port)/\(name)")
    }

    /// Drops it in a task of its own, because a test that ran into its time limit is cancelled.
    private func drop(from server: String) async throws {
        try await Task.detached { [name, pool] in
            await pool.close()
            try await Self.administer(server, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        }.value
    }

    /// Runs a statement of the server's superuser.
    public static func administer(_ sql: String) async throws { try await administer(testServerURL(), sql) }

    private static func administer(_ server: String, _ sql: String) async throws {
        let connection = PostgresConnection(PostgresSettings(url: server, applicationName: "testkit"))
        try await connection.open()
        try await connection.script(sql)
        await connection.close()
    }
}

/// What a test needs and the machine does not have: the test fails.
public struct TestSetupError: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// The URL of the PostgreSQL server for tests.
/// - Throws: ``TestSetupError`` when `TEST_POSTGRES_URL` is not set.
public func testServerURL() throws -> String {
    guard let url = getenv("TEST_POSTGRES_URL") else {
        throw TestSetupError(description: "TEST_POSTGRES_URL is not set: run the tests with profiles/test")
    }
    return String(cString: url)
}

/// The root of the checkout that these sources were built from.
public let checkoutFolder: String = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

/// `postgresql://user@host:port/<name>?options`
func replacingDatabase(of url: String, by name: String) -> String {
    let query = url.firstIndex(of: "?").map { url[$0...] } ?? ""
    let base = url.prefix { $0 != "?" }
    let parts = base.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return "\(parts[0])//\(parts[2])/\(name)\(query)"
}

/// The names of the files in a folder, sorted.
public func namesOfFiles(in folder: String) throws -> [String] {
    guard let directory = opendir(folder) else { throw TestSetupError(description: "\(folder) cannot be read") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
}

/// The bytes of a file.
public func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "re") else { throw TestSetupError(description: "\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
        bytes.append(contentsOf: buffer[..<count])
    }
    return bytes
}
