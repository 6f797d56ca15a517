/// One setting that is wrong, and how.
public struct ConfigurationFault: Sendable, Equatable {
    /// The name of the environment variable.
    public let name: String
    /// What is wrong, as the end of a sentence.
    public let detail: String

    public init(name: String, detail: String) {
        self.name = name
        self.detail = detail
    }
}

/// Settings that do not hold: all of them at once.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    public let faults: [ConfigurationFault]

    public init(faults: [ConfigurationFault]) { self.faults = faults }

    public var description: String { faults.map { "\($0.name) \($0.detail)" }.joined(separator: "\n") }
}

extension Duration {
    /// Reads a number with a unit: `250ms`, `30s`, `15m`, `24h`, `15d`; zero needs no unit. Nil where the text is
    /// anything else.
    public init?(setting text: String) {
        let units: [(String, Duration)] = [
            ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3_600)),
            ("d", .seconds(86_400)),
        ]
        if text == "0" {
            self = .zero
            return
        }
        for (suffix, unit) in units where text.hasSuffix(suffix) {
            // 27 million years at most, in days: no product overflows.
            guard let number = Int(text.dropLast(suffix.count)), (0...10_000_000_000).contains(number) else { continue }
            self = unit * number
            return
        }
        return nil
    }

    /// The time as a setting is written, in the largest unit that leaves it whole.
    public var setting: String {
        let milliseconds = Int64(self / .milliseconds(1))
        for (suffix, unit) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] as [(String, Int64)]
        where milliseconds != 0 && milliseconds % unit == 0 {
            return "\(milliseconds / unit)\(suffix)"
        }
        return "\(milliseconds)ms"
    }
}
