import DomainKit

/// The rules of an order's life. Each applies what happened and tells it, or returns nil where there is nothing to tell.
extension Order {
    /// The first entry of the timeline.
    public var placed: TimelineEntry { TimelineEntry(.pending, at: placedAt) }

    /// Stock has taken all lines: a pending order is confirmed.
    ///
    /// An order that is confirmed already stays as it is. One that was cancelled meanwhile stays cancelled, and only its
    /// timeline tells of the late answer: Stock gives back what it took when it learns of the cancellation.
    public mutating func confirm(at time: Timestamp) -> OrderChange? {
        switch status {
        case .pending:
            let time = touch(at: time)
            status = .confirmed
            return OrderChange(
                transition: .confirmed,
                entries: [TimelineEntry(.stockDeducted, at: time), TimelineEntry(.confirmed, at: time)])
        case .confirmed: return nil
        case .cancelled:
            return noted(.stockDeducted, "after the cancellation: Stock gives it back", at: time)
        }
    }

    /// Stock has taken nothing and will not: a pending order is cancelled.
    ///
    /// An order that is confirmed or cancelled keeps its state, and only its timeline tells of the answer.
    public mutating func reject(because reason: String, at time: Timestamp) -> OrderChange? {
        switch status {
        case .pending: return cancelled(because: reason, at: time, after: .stockRefused)
        case .confirmed: return noted(.stockRefused, "after the confirmation, and ignored: \(reason)", at: time)
        case .cancelled: return noted(.stockRefused, "after the cancellation: \(reason)", at: time)
        }
    }

    /// The customer wants it no more: allowed until the order is cancelled, also after its confirmation.
    /// - Returns: nil where the order is cancelled already.
    public mutating func cancel(because reason: String, at time: Timestamp) -> OrderChange? {
        guard status != .cancelled else { return nil }
        return cancelled(because: reason, at: time, after: nil)
    }

    /// Stock has not answered for longer than an order should wait: its timeline tells of it, and it goes on waiting.
    /// - Returns: nil where the order is not pending.
    public mutating func stall(at time: Timestamp) -> OrderChange? {
        guard status == .pending else { return nil }
        return noted(.stalled, "no answer of Stock yet", at: time)
    }

    /// Stock has not answered for so long that nobody waits for it any more: a pending order is cancelled.
    /// - Returns: nil where the order is not pending.
    public mutating func expire(because reason: String, at time: Timestamp) -> OrderChange? {
        guard status == .pending else { return nil }
        return cancelled(because: reason, at: time, after: nil)
    }

    private mutating func cancelled(
        because reason: String, at time: Timestamp, after first: TimelineEntry.Step?
    ) -> OrderChange {
        let time = touch(at: time)
        status = .cancelled
        cancellationReason = reason
        let steps = [first, .cancelled].compactMap(\.self)
        return OrderChange(
            transition: .cancelled(reason: reason),
            entries: steps.map { TimelineEntry($0, at: time, detail: reason) })
    }

    private mutating func noted(_ step: TimelineEntry.Step, _ detail: String, at time: Timestamp) -> OrderChange {
        OrderChange(transition: nil, entries: [TimelineEntry(step, at: touch(at: time), detail: detail)])
    }

    private mutating func touch(at time: Timestamp) -> Timestamp {
        changedAt = max(changedAt, time)
        return changedAt
    }
}
