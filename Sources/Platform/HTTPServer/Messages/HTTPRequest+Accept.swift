extension HTTPRequest {
    /// - Parameter types: what there is; empty where the answer has no body, which suits everybody.
    /// - Throws: 406 where the client takes none of `types` (RFC 9110 section 12.5.1).
    func requireAcceptable(_ types: [String]) throws(Problem) {
        guard !types.isEmpty else { return }
        let ranges = headers.values("Accept").flatMap { $0.split(separator: ",") }.compactMap(MediaRange.init)
        guard !ranges.isEmpty, !types.contains(where: ranges.accept) else { return }
        throw .notAcceptable(types)
    }
}

/// One element of an `Accept` header.
private struct MediaRange {
    let type: Substring
    let subtype: Substring
    let isExcluded: Bool

    /// Nil where it is nothing of the kind: it is ignored then.
    init?(_ text: Substring) {
        let parts = text.split(separator: ";").map { $0.trimmingSpaces().lowercased() }
        guard let names = parts.first?.split(separator: "/"), names.count == 2 else { return nil }
        type = names[0]
        subtype = names[1]
        let quality = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
        isExcluded = quality.map { Double($0) == 0 } ?? false
    }

    /// How closely it names `type`; nil where it does not at all.
    func precision(for type: [Substring]) -> Int? {
        if self.type == "*" { return 0 }
        guard self.type == type.first else { return nil }
        if subtype == "*" { return 1 }
        return subtype == type.last ? 2 : nil
    }
}

extension [MediaRange] {
    /// Whether `type` is taken: the range that names it most closely decides.
    fileprivate func accept(_ type: String) -> Bool {
        let names = type.split(separator: "/")
        let closest = compactMap { range in range.precision(for: names).map { (range, $0) } }.max { $0.1 < $1.1 }
        return closest.map { !$0.0.isExcluded } ?? false
    }
}
