import Glibc
import Lifecycle

/// Reads a process's settings from its environment, gathering all that is wrong with them.
///
/// Each read names the setting, its default and what it means, so that `--help` and `--print-config` tell the truth.
/// Not `Sendable`: settings are read once, where the process starts.
public final class Environment {
    private let values: [String: String]
    /// The settings that were read, in that order.
    public private(set) var settings: [Setting] = []
    private var faults: [ConfigurationFault] = []

    /// One setting as it was read.
    public struct Setting: Sendable {
        public let name: String
        /// What it means, with its unit.
        public let meaning: String
        /// The default as text; nil where the setting is required.
        public let defaultValue: String?
        /// What is in force; nil where it is required and missing.
        public let value: String?
        public let isSecret: Bool
    }

    /// - Parameter values: the environment; each value may instead stand in a file that `<NAME>_FILE` names, where the
    ///   setting is a secret.
    public init(_ values: [String: String]) { self.values = values }

    /// The environment of this process.
    public static func ofProcess() -> Environment {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee.map({ String(cString: $0) }) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return Environment(values)
    }

    /// - Throws: ``ConfigurationError`` with everything that was wrong in the reads so far.
    public func validate() throws(ConfigurationError) {
        if !faults.isEmpty { throw ConfigurationError(faults: faults) }
    }

    /// A text.
    public func string(_ name: String, default fallback: String, _ meaning: String) -> String {
        let value = present(name) ?? fallback
        record(name, meaning, fallback, value)
        return value
    }

    /// A text that must not be shown, from `name` or from the file that `<name>_FILE` names. Required.
    public func secret(_ name: String, _ meaning: String) -> String {
        let value = secretValue(name)
        settings.append(
            Setting(name: name, meaning: meaning, defaultValue: nil, value: value, isSecret: true))
        return value ?? ""
    }

    /// A text that must not be shown, like ``secret(_:_:)``, but nil where there is none.
    public func optionalSecret(_ name: String, _ meaning: String) -> String? {
        let isGiven = present(name) != nil || present("\(name)_FILE") != nil
        let value = isGiven ? secretValue(name) : nil
        settings.append(
            Setting(name: name, meaning: meaning, defaultValue: "", value: value ?? "", isSecret: isGiven))
        return value
    }

    /// Yes or no.
    public func boolean(_ name: String, default fallback: Bool, _ meaning: String) -> Bool {
        value(name, default: fallback, meaning, expected: "must be true or false") { Bool($0.lowercased()) }
    }

    /// A whole number.
    public func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>, _ meaning: String) -> Int {
        let expected = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
        return value(name, default: fallback, meaning, expected: expected) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A span of time: a number with `ms`, `s`, `m`, `h` or `d` behind it.
    public func duration(
        _ name: String, default fallback: Duration, in range: ClosedRange<Duration> = .zero ... .seconds(86_400 * 365),
        _ meaning: String
    ) -> Duration {
        let expected =
            "must be a time from \(range.lowerBound.setting) to \(range.upperBound.setting), such as 500ms, 30s or 15m"
        return value(name, default: fallback, meaning, expected: expected, show: \.setting) { text in
            Duration(setting: text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Several spans of time, separated by commas.
    public func durations(_ name: String, default fallback: [Duration], _ meaning: String) -> [Duration] {
        value(
            name, default: fallback, meaning, expected: "must be times separated by commas, such as 1s,5s,25s",
            show: { $0.map(\.setting).joined(separator: ",") },
            read: { text in
                let times = text.split(separator: ",", omittingEmptySubsequences: false)
                    .map { Duration(setting: String($0)) }
                return times.contains(nil) ? nil : times.compactMap(\.self)
            })
    }

    /// A setting of any kind.
    /// - Parameters:
    ///   - expected: what a value must be, as the end of a sentence.
    ///   - read: turns the text into a value; nil where it is none.
    public func value<Value>(
        _ name: String, default fallback: Value, _ meaning: String, expected: String,
        show: (Value) -> String = { "\($0)" }, read: (String) -> Value?
    ) -> Value {
        guard let text = present(name) else {
            record(name, meaning, show(fallback), show(fallback))
            return fallback
        }
        record(name, meaning, show(fallback), text)
        guard let value = read(text) else {
            faults.append(ConfigurationFault(name: name, detail: "\(expected), but is \"\(text)\""))
            return fallback
        }
        return value
    }

    /// Adds a fault that a reader of settings found, such as a malformed URL. `detail` must not show a secret.
    public func fault(_ name: String, _ detail: String) {
        faults.append(ConfigurationFault(name: name, detail: detail))
    }

    private func record(_ name: String, _ meaning: String, _ fallback: String, _ value: String) {
        settings.append(
            Setting(name: name, meaning: meaning, defaultValue: fallback, value: value, isSecret: false))
    }

    /// An empty variable counts as none, as `NAME=` in a compose file means.
    private func present(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func secretValue(_ name: String) -> String? {
        if let path = present("\(name)_FILE") {
            guard present(name) == nil else {
                fault(name, "is set twice, by \(name) and by \(name)_FILE: unset one")
                return nil
            }
            guard let text = contents(ofFile: path) else {
                let reason = String(cString: strerror(errno))
                fault("\(name)_FILE", "names the file \(path), which cannot be read: \(reason)")
                return nil
            }
            return text
        }
        guard let value = present(name) else {
            fault(name, "is required: set it, or \(name)_FILE to a file that holds it")
            return nil
        }
        return value
    }
}

/// The text of a small file without the white space at its end; nil (with `errno`) where it cannot be read.
private func contents(ofFile path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { return nil }
    var text = Substring(decoding: bytes[..<count], as: UTF8.self)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
}
