import Foundation

/// A web server over TLS (`openssl s_server`) with a certificate for 127.0.0.1 that it signed itself. It serves files from
/// a folder of its own, and removes all when it goes.
public final class TLSTestServer: @unchecked Sendable {
    public let port: Int
    /// The PEM file that a client must trust.
    public var certificate: String { folder.appending(path: "certificate.pem").path() }
    private let folder: URL
    // Unchecked: set once, used again only where the last reference goes.
    private let process: Process

    /// - Parameter files: what it serves, by name.
    public init(serving files: [String: String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tradewind-tls-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let made = try Self.openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
            "-out", "certificate.pem", in: folder)
        made.waitUntilExit()
        guard made.terminationStatus == 0 else { throw DidNotStart() }
        let output = Pipe()
        process = try Self.openssl(
            "s_server", "-accept", "127.0.0.1:0", "-cert", "certificate.pem", "-key", "key.pem", "-WWW", in: folder,
            output: output)
        // "ACCEPT 127.0.0.1:41234"
        var text = ""
        while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { throw DidNotStart() }
            text += String(decoding: part, as: UTF8.self)
        }
        guard
            let port = text.split(separator: ":").last.flatMap({
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            })
        else { throw DidNotStart() }
        self.port = port
    }

    deinit {
        process.terminate()
        try? FileManager.default.removeItem(at: folder)
    }

    /// openssl could not do what it was asked.
    public struct DidNotStart: Error {}

    private static func openssl(_ arguments: String..., in folder: URL, output: Pipe? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        try process.run()
        return process
    }
}
