/// Keeps account of what became of a batch of published messages.
///
/// Confirms may come in any order, singly or for all up to a number. What the broker returns carries no number and comes
/// before its confirm, so it is matched by message id.
struct ConfirmWindow {
    private let firstTag: UInt64
    private let messageIDs: [String]
    private var outcomes: [PublishOutcome?]
    private var returned: [Int: String] = [:]
    private var indexes: [String: [Int]] = [:]
    private var lowestOpen = 0

    /// How many messages have been sent.
    private(set) var sent = 0
    /// How many of those sent have no outcome yet.
    private(set) var inFlight = 0

    /// - Parameter firstTag: the number that the broker gives to the first message of the batch.
    init(messageIDs: [String], firstTag: UInt64) {
        self.messageIDs = messageIDs
        self.firstTag = firstTag
        outcomes = Array(repeating: nil, count: messageIDs.count)
    }

    /// One outcome a message; whatever has none is unknown.
    var report: [PublishOutcome] { outcomes.map { $0 ?? .unknown } }

    /// The next message has been handed to the connection.
    mutating func didSend() {
        sent += 1
        inFlight += 1
    }

    /// The broker confirmed the message with this number, or all up to it.
    mutating func confirm(_ tag: UInt64, multiple: Bool) {
        settle(tag, multiple: multiple) { $0.map(PublishOutcome.unroutable) ?? .confirmed }
    }

    /// The broker could not take the message with this number, or all up to it.
    mutating func reject(_ tag: UInt64, multiple: Bool) {
        settle(tag, multiple: multiple) { _ in .rejected }
    }

    /// The broker sent a message back, because no queue wanted it.
    mutating func didReturn(messageID: String, text: String) {
        if indexes.isEmpty {
            indexes = Dictionary(grouping: messageIDs.indices) { messageIDs[$0] }
        }
        let open = indexes[messageID]?.first { outcomes[$0] == nil && returned[$0] == nil && $0 < sent }
        if let open { returned[open] = text }
    }

    private mutating func settle(_ tag: UInt64, multiple: Bool, as outcome: (String?) -> PublishOutcome) {
        guard tag >= firstTag, tag - firstTag < UInt64(sent) else { return }
        let last = Int(tag - firstTag)
        guard lowestOpen <= last else { return }
        for index in (multiple ? lowestOpen : last)...last where outcomes[index] == nil {
            outcomes[index] = outcome(returned[index])
            inFlight -= 1
        }
        while lowestOpen < sent, outcomes[lowestOpen] != nil {
            lowestOpen += 1
        }
    }
}
