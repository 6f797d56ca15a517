import DomainKit

extension Timestamp {
    /// Date and time as in RFC 5322 section 3.3: `Sat, 21 Nov 2026 09:30:15 +0000`.
    var mailDate: String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // The first day that counts was a Thursday.
        let days = Int((Double(microseconds) / 86_400_000_000).rounded(.down))
        let parts = description.split { "-T:.".contains($0) }
        let (year, month, day) = (parts[0], Int(parts[1]) ?? 1, Int(parts[2]) ?? 1)
        let time = parts[3..<6].joined(separator: ":")
        return "\(weekdays[(days % 7 + 7) % 7]), \(day) \(months[month - 1]) \(year) \(time) +0000"
    }
}
