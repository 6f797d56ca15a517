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

/// Labels as they are written, in the order of their names. Put together once for each series.
struct LabelText: Sendable {
    /// Without the braces.
    let pairs: String

    init(_ labels: MetricLabels) {
        pairs = labels.sorted { $0.key < $1.key }.map { "\($0)=\"\($1.escaped(quotes: true))\"" }.joined(separator: ",")
    }

    /// In braces; nothing where there are none.
    var exposition: String { pairs.isEmpty ? "" : "{\(pairs)}" }

    /// What comes before the value of a bucket's bound and its closing quote and brace.
    var upToBound: String { pairs.isEmpty ? "{le=\"" : "{\(pairs),le=\"" }
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
