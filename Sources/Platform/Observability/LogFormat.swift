import DomainKit
import Glibc
import JSON

/// How lines look.
public enum LogFormat: Sendable, Equatable {
    /// One JSON object a line, for programs.
    case json
    /// For people: time, level, who, what, and the data as `name=value`.
    case text(inColour: Bool)

    /// Reads `json` or `text`. Text is in colour at a terminal, unless `NO_COLOR` is set (no-color.org).
    public init?(_ name: String) {
        switch name {
        case "json": self = .json
        case "text": self = .text(inColour: LogFormat.mayUseColour)
        default: return nil
        }
    }

    /// The name that ``init(_:)`` reads.
    public var name: String { self == .json ? "json" : "text" }

    private static var mayUseColour: Bool {
        let isRefused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        return isatty(STDOUT_FILENO) == 1 && !isRefused && !isDumb
    }

    func line(_ line: LogLine) -> [UInt8] {
        switch self {
        case .json: line.json
        case .text(let inColour): Array(line.text(inColour: inColour).utf8)
        }
    }
}

/// What a line says.
struct LogLine {
    let time: Timestamp
    let level: LogLevel
    let message: StaticString
    let service: String
    let fields: [LogField]

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field(LogField.timestamp, time)
            json.field(LogField.severityText, level.name)
            json.field(LogField.body) { json in
                message.withUTF8Buffer { json.string(String(decoding: $0, as: UTF8.self)) }
            }
            json.field(LogField.serviceName, service)
            for field in fields { json.field(field.name, field.value) }
        }
        return json.bytes
    }

    func text(inColour: Bool) -> String {
        func paint(_ text: String, _ colour: String) -> String { inColour ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text }
        let colour =
            switch level {
            case .trace, .debug: "2"
            case .info: "32"
            case .warn: "33"
            case .error: "31"
            }
        let level = paint(level.name + String(repeating: " ", count: 5 - level.name.utf8.count), colour)
        let data = fields.map { " \(paint("\($0.name)=", "2"))\($0.value.logText)" }.joined()
        return "\(paint(time.description, "2")) \(level) \(service): \(paint(message.description, "1"))\(data)"
    }
}

extension JSONValue {
    /// A plain word as it is, anything else as JSON, which has no line feeds and no control characters.
    fileprivate var logText: String {
        guard case .string(let text) = self else { return jsonText }
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
        return isPlain ? text : jsonText
    }
}
