import Foundation
import TestKit

/// What operators see of a shop.
extension Shop {
    /// What a process tells at `/metrics`.
    struct Exposition: Sendable {
        let process: String
        let text: String

        /// The names of its families, of which histograms are one each.
        var names: Set<String> {
            Set(
                text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
                    String($0.split(separator: " ")[2])
                })
        }

        /// The value of the series that begins with `prefix`, such as `up{job="a"`; nil without one.
        func value(_ prefix: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(prefix) }?.split(separator: " ").last.flatMap {
                Double($0)
            }
        }
    }

    /// What each running process tells, by the names of the processes.
    func expositions() async throws -> [Exposition] {
        var all: [Exposition] = []
        for (name, address) in addresses {
            let answer = try await HTTPClient("http://\(address)").send("GET", "/metrics")
            guard answer.status == 200, answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
            else {
                throw Failure(description: "\(name): \(answer.status) \(answer.header("Content-Type") ?? "")")
            }
            all.append(Exposition(process: name, text: String(decoding: answer.body, as: UTF8.self)))
        }
        return all
    }

    /// The text of a file of the checkout.
    static func contents(of file: String) throws -> String {
        try String(contentsOf: URL(filePath: checkoutFolder).appending(path: file), encoding: .utf8)
    }
}

/// Runs a program of this machine to its end.
/// - Returns: its exit code, and what it wrote to standard output and error.
func run(
    _ program: String, _ arguments: [String], input: String = ""
) async throws -> (code: Int32, output: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())")
    let (source, sink) = (file.appendingPathExtension("in"), file.appendingPathExtension("out"))
    defer { for file in [source, sink] { try? FileManager.default.removeItem(at: file) } }
    try Data(input.utf8).write(to: source)
    try Data().write(to: sink)
    let output = try FileHandle(forWritingTo: sink)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = output
    process.standardError = output
    let (exit, ended) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { process in
        ended.yield(process.terminationStatus)
        ended.finish()
    }
    try process.run()
    var code: Int32 = -1
    for await status in exit { code = status }
    return (code, try String(contentsOf: sink, encoding: .utf8))
}

/// A Prometheus of its own, which reads the processes of a shop and is gone with its test.
final class TestPrometheus: Sendable {
    private let client: HTTPClient

    /// Starts one, lends it to `body`, and ends it.
    /// - Parameter targets: addresses by the name of the process.
    static func with<Value: Sendable>(
        _ targets: [(name: String, address: String)], _ body: @Sendable (TestPrometheus) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "prometheus-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = try freePort()
        let configuration = folder.appending(path: "prometheus.yml")
        try self.configuration(targets).write(to: configuration, atomically: true, encoding: .utf8)
        let log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/prometheus")
        process.arguments = [
            "--config.file=\(configuration.path())", "--storage.tsdb.path=\(folder.path())/data",
            "--web.listen-address=127.0.0.1:\(port)",
        ]
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let prometheus = TestPrometheus(client: HTTPClient(port: port))
        _ = try await eventually("Prometheus is ready: \((try? String(contentsOf: log, encoding: .utf8)) ?? "")") {
            try? await prometheus.client.another().send("GET", "/-/ready").status == 200 ? true : nil
        }
        return try await body(prometheus)
    }

    private init(client: HTTPClient) { self.client = client }

    /// The answer to a query: each series' labels as JSON text, and its value.
    func query(_ expression: String) async throws -> [(labels: String, value: String)] {
        let escaped = expression.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let answer = try await client.another().send("GET", "/api/v1/query?query=\(escaped)")
        let json = answer.json
        guard answer.status == 200, let result = json["data"]?["result"]?.arrayValue else {
            throw Shop.Failure(description: "\(expression): \(answer.status) \(json.jsonText)")
        }
        return result.map { ($0["metric"]?.jsonText ?? "", $0["value"]?.arrayValue?.last?.stringValue ?? "") }
    }

    /// What the project's own configuration says, with these targets and every half second.
    private static func configuration(_ targets: [(name: String, address: String)]) throws -> String {
        let jobs = targets.map { target in
            """
                  - targets: ["\(target.address)"]
                    labels: {service: \(target.name), domain: \(target.name.prefix { $0 != "-" })}
            """
        }
        return """
            global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s}
            rule_files: ["\(checkoutFolder)/compose/observability/alerts.yml"]
            scrape_configs:
              - job_name: tradewind
                static_configs:
            \(jobs.joined(separator: "\n"))
            """
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else { throw Shop.Failure(description: "no port is free") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
