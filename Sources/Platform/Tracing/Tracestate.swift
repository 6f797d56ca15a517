/// A `tracestate` as it is passed on (W3C Trace Context, section 3.3): at most 32 members `key=value`, no key twice. White
/// space around members and empty members are left out.
///
/// Of one that is longer than 512 characters members go, first those of more than 128, then those at the end, as the
/// specification says.
/// - Returns: nil where it is not valid, or nothing is left of it.
func validTracestate(_ text: String) -> String? {
    guard text.utf8.count <= 8_192 else { return nil }
    var members: [Substring] = []
    var keys: Set<Substring> = []
    for part in text.split(separator: ",") {
        let member = trimmed(part)
        if member.isEmpty { continue }
        guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let (key, value) = (member[..<equals], member[member.index(after: equals)...])
        guard isKey(key), isValue(value), keys.insert(key).inserted, members.count < 32 else { return nil }
        members.append(member)
    }
    return shortened(members)
}

private func shortened(_ members: [Substring]) -> String? {
    func length(_ members: [Substring]) -> Int { members.reduce(members.count - 1) { $0 + $1.utf8.count } }
    var members = members
    if length(members) > 512 { members.removeAll { $0.utf8.count > 128 } }
    while length(members) > 512 { members.removeLast() }
    return members.isEmpty ? nil : members.joined(separator: ",")
}

private func trimmed(_ part: Substring) -> Substring {
    var part = part.drop { $0 == " " || $0 == "\t" }
    while let last = part.last, last == " " || last == "\t" { part.removeLast() }
    return part
}

/// `simple-key`, or `tenant@system`.
private func isKey(_ key: Substring) -> Bool {
    let parts = key.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    switch parts.count {
    case 1: return isKeyPart(parts[0], limit: 256, digitMayLead: false)
    case 2:
        return isKeyPart(parts[0], limit: 241, digitMayLead: true)
            && isKeyPart(parts[1], limit: 14, digitMayLead: false)
    default: return false
    }
}

private func isKeyPart(_ part: Substring.UTF8View.SubSequence, limit: Int, digitMayLead: Bool) -> Bool {
    guard let first = part.first, part.count <= limit else { return false }
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard letters.contains(first) || digitMayLead && digits.contains(first) else { return false }
    return part.allSatisfy { letters.contains($0) || digits.contains($0) || "_-*/".utf8.contains($0) }
}

private func isValue(_ value: Substring) -> Bool {
    let isPrintable = value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    return (1...256).contains(value.utf8.count) && isPrintable
}
