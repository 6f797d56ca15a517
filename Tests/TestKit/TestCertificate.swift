import Foundation

/// A certificate for 127.0.0.1 that signed itself, made for a test: `certificate.pem` and `key.pem` in a folder.
enum TestCertificate {
    static func make(in folder: URL) throws {
        let made = try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
            "-out", "certificate.pem", in: folder)
        made.waitUntilExit()
        guard made.terminationStatus == 0 else { throw TestSetupError(description: "openssl made no certificate") }
    }

    /// Starts openssl in `folder`.
    static func openssl(_ arguments: String..., in folder: URL, output: Pipe? = nil) throws -> Process {
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
