/// The two comment lines above a family: what it is, and of which kind.
struct MetricHeader: Sendable {
    let name: String
    let text: String

    init(_ name: String, _ help: String, _ kind: MetricKind) {
        self.name = name
        let help = help.escaped(quotes: false)
        text = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }
}

extension MetricLabels {
    /// The labels in braces, in the order of their names; nothing where there are none.
    /// - Parameter last: one more, which stays the last.
    func exposition(last: (name: String, value: String)? = nil) -> String {
        var pairs = sorted { $0.key < $1.key }.map { "\($0)=\"\($1.escaped(quotes: true))\"" }
        if let last { pairs.append("\(last.name)=\"\(last.value)\"") }
        return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }
}

extension Double {
    /// As Prometheus reads it: whole numbers without a fraction, and its own names for what is no number.
    var exposition: String {
        if isNaN { return "NaN" }
        if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
        return self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : description
    }
}

extension String {
    /// Prometheus' escapes: `\\` and `\n` everywhere, `\"` in the values of labels.
    fileprivate func escaped(quotes: Bool) -> String {
        var escaped = ""
        for character in unicodeScalars {
            switch character {
            case "\\": escaped += #"\\"#
            case "\n": escaped += #"\n"#
            case "\"" where quotes: escaped += #"\""#
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
