import Foundation

/// A mail server (aiosmtpd) with a folder of its own, which keeps what it gets. It goes with its last reference.
public final class TestMailServer: @unchecked Sendable {
    /// How it wants to be talked to.
    public enum Encryption: String, Sendable { case none, startTLS, implicit }

    /// What it does in place of what it should, step by step: nil, `hang`, `cut`, or a reply such as `550 no`.
    public struct Mode: Encodable, Sendable {
        /// When somebody connects.
        public var greeting: String?
        /// When a mail begins.
        public var mail: String?
        /// When the recipient is named.
        public var recipient: String?
        /// When the message is announced.
        public var data: String?
        /// When the message is there, which is kept in any case.
        public var message: String?
        /// Whether it ends the connection soon after a mail, as others do with one that is idle.
        public var closes = false

        public init() {}
    }

    /// The steps of ``Mode`` that can go wrong, by name.
    public static let steps: [String: WritableKeyPath<Mode, String?> & Sendable] = [
        "greeting": \.greeting, "mail": \.mail, "recipient": \.recipient, "data": \.data, "message": \.message,
    ]

    public let port: Int
    /// The PEM file that a client must trust; there is none without encryption.
    public var certificate: String { folder.appending(path: "certificate.pem").path() }
    private let encryption: Encryption
    private let folder: URL
    // Unchecked: set once, used again only where the last reference goes.
    private let process: Process

    /// - Parameter login: the user and password without which it takes no mail; nil where it does.
    public init(_ encryption: Encryption = .none, login: (user: String, password: String)? = nil) throws {
        self.encryption = encryption
        folder = FileManager.default.temporaryDirectory.appending(path: "tradewind-mail-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if encryption != .none { try TestCertificate.make(in: folder) }
        let script = folder.appending(path: "mailserver.py")
        try Data(PackageResources.mailserver_py).write(to: script)
        try JSONEncoder().encode(Mode()).write(to: folder.appending(path: "mode.json"))
        let log = folder.appending(path: "log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        let output = Pipe()
        process = Process()
        // Debian's, which has aiosmtpd.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments =
            [script.path(), encryption.rawValue] + (login.map { [$0.user, $0.password] } ?? [])
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        var text = ""
        while !text.hasSuffix("\n") {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else {
                let reason = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
                throw TestSetupError(description: "the mail server does not start: \(reason)")
            }
            text += String(decoding: part, as: UTF8.self)
        }
        guard let port = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestSetupError(description: "the mail server has no port")
        }
        self.port = port
    }

    deinit {
        // SIGTERM would not do: where Swift's own threads started it, it has that blocked. Nor is it waited for, on one of
        // the few threads that all tests share.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Where it is, as a setting says it.
    /// - Parameter user: user and password, percent-encoded.
    public func url(_ user: String? = nil, options: String = "") -> String {
        "\(encryption == .implicit ? "smtps" : "smtp")://\(user.map { "\($0)@" } ?? "")127.0.0.1:\(port)\(options)"
    }

    /// From now on it behaves like this.
    public func behave(_ change: (inout Mode) -> Void = { _ in }) throws {
        var mode = Mode()
        change(&mode)
        try JSONEncoder().encode(mode).write(to: folder.appending(path: "mode.json"), options: .atomic)
    }

    /// What it got, in that order.
    public func mails() throws -> [ReceivedMail] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasPrefix("mail-") }
        return try names.sorted().map { name in
            try JSONDecoder().decode(ReceivedMail.self, from: Data(contentsOf: folder.appending(path: name)))
        }
    }

    /// How many connections it had.
    public var sessions: Int { lines(of: "sessions") }

    /// How many of them it ended because it ``Mode/closes``.
    public var endedSessions: Int { lines(of: "ended") }

    private func lines(of name: String) -> Int {
        let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count
    }
}

/// A mail as the recipient's program reads it, which is Python's `email`.
public struct ReceivedMail: Decodable, Sendable {
    /// The envelope's sender and recipients.
    public let from: String
    public let to: [String]
    /// Each header's name and decoded value.
    public let headers: [[String]]
    public let recipientName: String
    public let recipientAddress: String
    /// The message's media type.
    public let type: String
    public let text: String
    public let html: String
    /// What is wrong with it, by the strict policy among others.
    public let defects: [String]
    /// As it came, dots undone; a character a byte.
    public let raw: String
    /// Which connection brought it, counted from 1.
    public let session: Int
    public let isEncrypted: Bool
    /// Who had logged in.
    public let user: String?

    /// The decoded value of a header that is there once; nil otherwise.
    public subscript(_ name: String) -> String? {
        let values = headers.filter { $0.first?.lowercased() == name.lowercased() }
        return values.count == 1 ? values.first?.last : nil
    }
}
