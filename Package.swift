// swift-tools-version: 6.2
import Glibc
import PackageDescription

// MARK: - C libraries, all from Debian's packages

/// One folder under `Sources/System` a C library: a module map and a shim.
let systemLibraries: [Target] = [
    .systemLibrary(
        name: "CLibpq", path: "Sources/System/CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
        name: "CRabbitMQ", path: "Sources/System/CRabbitMQ", pkgConfig: "librabbitmq",
        providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(
        name: "CMicroHTTPD", path: "Sources/System/CMicroHTTPD", pkgConfig: "libmicrohttpd",
        providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(
        name: "CJansson", path: "Sources/System/CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(
        name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CCurl", path: "Sources/System/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
        name: "CICU", path: "Sources/System/CICU", pkgConfig: "icu-i18n", providers: [.apt(["libicu-dev"])]),
    .systemLibrary(name: "CLinux", path: "Sources/System/CLinux"),
    // A header-only C++ library (libkainjow-mustache-dev) behind one `extern "C"` function.
    .target(name: "CMustache", path: "Sources/System/CMustache"),
]

// MARK: - Platform: knows no domain, published as libraries

let platform: [Target] = [
    library("Locking", in: "Platform"),
    library("JSON", in: "Platform", ["CJansson"]),
    library("Encodings", in: "Platform"),
    library("Tracing", in: "Platform", ["Locking", "Encodings"]),
    library("DomainKit", in: "Platform", ["Locking", "JSON", "Encodings", "Tracing"]),
    library("Observability", in: "Platform", ["Locking", "DomainKit", "JSON", "Tracing"]),
    library("Lifecycle", in: "Platform", ["Locking", "DomainKit", "Observability", "CLinux"]),
    library("Resilience", in: "Platform", ["Locking", "Observability", "Lifecycle"]),
    library("Cryptography", in: "Platform", ["Encodings", "COpenSSL"]),
    library("Transfers", in: "Platform", ["Lifecycle", "CCurl"]),
    library("HTTPClient", in: "Platform", ["Locking", "Lifecycle", "Transfers"]),
    library("Mail", in: "Platform", ["DomainKit", "Encodings", "Transfers"]),
    library(
        "Tokens", in: "Platform",
        ["Locking", "DomainKit", "JSON", "Encodings", "Observability", "Lifecycle", "Cryptography", "HTTPClient"]),
    library("OTLP", in: "Platform", ["JSON", "Observability", "Lifecycle", "Tracing", "HTTPClient"]),
    library(
        "Postgres", in: "Platform",
        ["Locking", "DomainKit", "Observability", "Lifecycle", "Tracing", "CLibpq", "CLinux"]),
    library(
        "AMQP", in: "Platform",
        ["Locking", "DomainKit", "Encodings", "Observability", "Lifecycle", "CRabbitMQ", "CLinux"]),
    library(
        "HTTPServer", in: "Platform",
        ["Locking", "DomainKit", "JSON", "Encodings", "Observability", "Lifecycle", "Cryptography", "Tracing"]
            + ["CMicroHTTPD"]),
    library(
        "Messaging", in: "Platform",
        ["Locking", "DomainKit", "JSON", "Observability", "Lifecycle", "Cryptography", "Tracing", "Postgres", "AMQP"]),
    library("DeadLetterAPI", in: "Platform", ["DomainKit", "JSON", "HTTPServer", "Messaging"]),
    library("PersonalDataAPI", in: "Platform", ["DomainKit", "JSON", "HTTPServer"]),
    library(
        "RateLimiting", in: "Platform",
        ["Locking", "DomainKit", "HTTPServer", "Lifecycle", "Observability", "Postgres"]),
    library("Migrations", in: "Platform", ["DomainKit", "Lifecycle", "Postgres", "Cryptography", "Runtime"]),
    library("Templating", in: "Platform", ["JSON", "Locking", "CMustache"]),
    library("Formatting", in: "Platform", ["DomainKit", "Locking", "CICU"]),
    library(
        "Runtime", in: "Platform",
        ["Locking", "DomainKit", "JSON", "Observability", "Lifecycle", "Tracing", "OTLP", "HTTPServer", "Postgres"]
            + ["AMQP", "Messaging", "Tokens", "RateLimiting", "Encodings"]),
]

// MARK: - Domains: one entry each

/// What sets one domain apart in the build. All else follows from the layers.
struct Domain {
    let name: String
    /// The domains whose events its worker consumes.
    var consumes: [String] = []
    /// Platform modules that its infrastructure needs besides PostgreSQL and messaging.
    var infrastructure: [String] = []
    /// The migrator's SQL files, in order.
    let migrations: [String]
}

let domains = [
    Domain(
        name: "Order", consumes: ["Stock"],
        migrations: [
            "V0001__messaging.sql", "V0002__orders.sql", "V0003__dead_letters.sql", "V0004__inbox_partitions.sql",
            "V0005__idempotency_keys.sql", "V0006__erased_people.sql",
            "V0008__request_counts.sql", "V0014__idempotency_keys_by_about.sql",
        ]),
    Domain(
        name: "Stock", consumes: ["Order"],
        migrations: [
            "V0001__messaging.sql", "V0002__stock.sql", "V0003__dead_letters.sql", "V0004__inbox_partitions.sql",
            "V0005__idempotency_keys.sql", "V0006__erased_people.sql",
            "V0008__request_counts.sql", "V0009__low_stock.sql", "V0014__idempotency_keys_by_about.sql",
        ]),
    Domain(
        name: "Notification", consumes: ["Order", "Stock"],
        infrastructure: ["Templating", "Locking", "Resilience", "HTTPClient", "Cryptography", "Lifecycle", "Tracing"]
            + ["Encodings", "Mail", "Formatting", "Runtime"],
        migrations: [
            "V0001__messaging.sql", "V0002__notifications.sql", "V0003__dead_letters.sql",
            "V0004__inbox_partitions.sql",
            "V0005__idempotency_keys.sql", "V0006__erased_people.sql",
            "V0007__notifications_by_customer.sql",
            "V0008__request_counts.sql",
            "V0009__delivery.sql",
            "V0010__customers.sql",
            "V0011__template_versions.sql",
            "V0012__scheduled_work.sql",
            "V0013__unsent_notifications.sql",
            "V0014__idempotency_keys_by_about.sql",
            "V0015__notifications_are_valid.sql",
        ]),
]

/// The layers of a domain and the only directions in which they may depend on each other.
func targets(of domain: Domain) -> [Target] {
    let name = domain.name
    let consumed = domain.consumes.map { "\($0)Contracts" }
    let kit = ["DomainKit", "JSON"]
    return [
        library("\(name)Contracts", in: name, kit),
        library("\(name)Domain", in: name, kit),
        library(
            "\(name)Application", in: name,
            ["\(name)Domain", "\(name)Contracts", "Observability"] + consumed + kit),
        library(
            "\(name)Infrastructure", in: name,
            ["\(name)Application", "\(name)Domain", "\(name)Contracts", "Postgres", "Messaging", "Observability"]
                + domain.infrastructure + kit),
        library(
            "\(name)API", in: name,
            ["\(name)Application", "\(name)Domain", "HTTPServer", "PersonalDataAPI", "Observability"] + kit),
        library(
            "\(name)Worker", in: name,
            ["\(name)Application", "\(name)Domain", "\(name)Contracts", "Messaging", "Lifecycle", "Observability"]
                + ["Locking"] + consumed + kit),
        main(
            "\(name)APIMain", at: "Sources/\(name)/\(name)APIMain",
            ["\(name)API", "\(name)Worker", "\(name)Application", "\(name)Infrastructure", "Messaging", "Postgres"]
                + ["HTTPServer", "DeadLetterAPI", "PersonalDataAPI"]),
        main(
            "\(name)WorkerMain", at: "Sources/\(name)/\(name)WorkerMain",
            ["\(name)Worker", "\(name)Application", "\(name)Domain", "\(name)Infrastructure", "Messaging", "Postgres"]
                + ["AMQP", "HTTPServer"]),
        main(
            "\(name)Migrator", at: "Migrators/\(name)Migrator", ["Migrations", "Postgres"],
            resources: domain.migrations.map { .embedInCode("SQL/\($0)") }),
        test(
            "\(name)Tests",
            ["\(name)Domain", "\(name)Application", "\(name)Contracts", "\(name)API", "Locking"] + consumed + kit),
        test(
            "\(name)IntegrationTests",
            ["\(name)API", "\(name)Worker", "\(name)Infrastructure", "\(name)Application", "\(name)Domain"]
                + ["\(name)Contracts", "Messaging", "Postgres", "HTTPServer", "PersonalDataAPI", "Lifecycle"]
                + ["Observability", "TestKit"] + consumed + kit + ["Locking"]),
    ]
}

/// The executables of a domain: `order-api`, `order-worker`, `order-migrator`.
func products(of domain: Domain) -> [Product] {
    let prefix = domain.name.lowercased()
    return [
        .executable(name: "\(prefix)-api", targets: ["\(domain.name)APIMain"]),
        .executable(name: "\(prefix)-worker", targets: ["\(domain.name)WorkerMain"]),
        .executable(name: "\(prefix)-migrator", targets: ["\(domain.name)Migrator"]),
    ]
}

// MARK: - Tests that belong to no domain

let tests: [Target] = [
    .target(
        name: "TestKit",
        dependencies: [
            "Locking", "DomainKit", "JSON", "Observability", "Lifecycle", "Postgres", "AMQP", "Messaging", "Migrations",
            "HTTPServer", "Cryptography", "Encodings",
        ],
        path: "Tests/TestKit", resources: [.embedInCode("Mail/mailserver.py")], swiftSettings: strict()),
    test(
        "PlatformTests",
        ["Mail", "Locking", "JSON", "DomainKit", "Observability", "Lifecycle", "Cryptography", "Runtime", "Migrations"]
            + ["HTTPServer", "Messaging", "Postgres", "AMQP", "Templating", "Tokens", "RateLimiting", "Tracing"]
            + ["OTLP", "Encodings", "Formatting", "Resilience", "Transfers"]),
    test(
        "SimulationTests",
        ["JSON", "DomainKit", "Observability", "Lifecycle", "Messaging", "Postgres", "AMQP"]),
    test(
        "PlatformIntegrationTests",
        ["Mail", "Locking", "JSON", "DomainKit", "Observability", "Lifecycle", "Postgres", "AMQP"]
            + ["HTTPServer", "HTTPClient", "Messaging", "DeadLetterAPI", "Migrations", "Runtime", "TestKit", "CLinux"]
            + ["Tokens", "Cryptography", "RateLimiting", "Tracing", "OTLP", "Encodings"]),
    test(
        "EndToEndTests",
        ["Locking", "JSON", "DomainKit", "Observability", "Lifecycle", "Postgres", "AMQP", "Messaging", "TestKit"]
            + ["CLinux", "Cryptography", "HTTPServer", "DeadLetterAPI", "PersonalDataAPI", "Encodings"]
            + domains.flatMap { ["\($0.name)API", "\($0.name)Infrastructure"] }),
]

/// Built with `TRADEWIND_FUZZ` in the environment alone: its `main` is libFuzzer's (`.ci/fuzz`).
let fuzzing: [Target] =
    Context.environment["TRADEWIND_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "JSON", "DomainKit", "HTTPServer", "AMQP", "Messaging", "Templating", "OrderContracts", "OrderAPI",
                "StockContracts", "NotificationContracts", "Mail", "Tokens", "Cryptography", "Tracing", "Encodings",
            ],
            path: "Tests/Fuzzing", exclude: ["Corpus"],
            swiftSettings: strict() + [.unsafeFlags(["-parse-as-library"])])
    ]

// MARK: - Building blocks

func strict() -> [SwiftSetting] { [.treatAllWarnings(as: .error), .swiftLanguageMode(.v6)] }

func library(_ name: String, in room: String, _ dependencies: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Sources/\(room)/\(name)",
        swiftSettings: strict())
}

func main(_ name: String, at path: String, _ dependencies: [String], resources: [Resource] = []) -> Target {
    .executableTarget(
        name: name,
        dependencies: (["Runtime", "Lifecycle", "Observability", "DomainKit"] + dependencies)
            .map { .init(stringLiteral: $0) },
        path: path, resources: resources, swiftSettings: strict())
}

func test(_ name: String, _ dependencies: [String]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .init(stringLiteral: $0) }, path: "Tests/\(name)",
        swiftSettings: strict())
}

/// Whether a target's folder is there. Asked only with `TRADEWIND_PARTIAL` in the environment, as where an image is built
/// from the folders of one domain (`compose/Dockerfile`); otherwise a folder that is missing stays an error.
func isThere(_ target: Target) -> Bool {
    guard Context.environment["TRADEWIND_PARTIAL"] != nil, let path = target.path else { return true }
    return access("\(Context.packageDirectory)/\(path)", F_OK) == 0
}

let present = (systemLibraries + platform + domains.flatMap(targets) + tests + fuzzing).filter(isThere)
let executables = domains.flatMap(products).filter { product in
    (product as? Product.Executable)?.targets.allSatisfy { name in present.contains { $0.name == name } } == true
}

let package = Package(
    name: "tradewind",
    products: executables + platform.map { .library(name: $0.name, targets: [$0.name]) },
    targets: present,
    cxxLanguageStandard: .cxx17
)
