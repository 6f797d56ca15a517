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
        try TestCertificate.make(in: folder)
        let output = Pipe()
        process = try TestCertificate.openssl(
            "s_server", "-accept", "127.0.0.1:0", "-cert", "certificate.pem", "-key", "key.pem", "-WWW", in: folder,
            output: output)
        // "ACCEPT 127.0.0.1:41234"
        var text = ""
        while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { throw TestSetupError(description: "openssl does not serve") }
            text += String(decoding: part, as: UTF8.self)
        }
        guard
            let port = text.split(separator: ":").last.flatMap({
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            })
        else { throw TestSetupError(description: "openssl does not say its port") }
        self.port = port
    }

    deinit {
        // Not SIGTERM: where one of Swift's own threads started it, it has that blocked, and stayed behind.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }
}
