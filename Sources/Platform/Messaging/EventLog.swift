import DomainKit
import Observability

/// Writes a line of the log for each event that was committed: together they tell what became of an aggregate, through
/// all processes. What an event says stays out of it, for that may be about a person; only identities get in.
struct EventLog: Sendable {
    let logger: Logger

    /// Tells of what one transaction committed, with one write.
    func tell(_ rows: [OutboxRow]) {
        // By the time at which they happened, the events of several processes have their order.
        guard let time = rows.first?.occurredAt, logger.isEnabled(.info) else { return }
        logger.info("event committed", at: time, each: rows.map(\.logFields))
    }
}

extension OutboxRow {
    fileprivate var logFields: [LogField] {
        var fields = [LogField.event(type)]
        for (name, id) in identities { fields.append(LogField(name, id)) }
        fields.append(.messageID(messageID))
        fields.append(.correlationID(cause.correlationID))
        if let causation = cause.causationID { fields.append(.causationID(causation)) }
        return fields + LogField.trace(of: cause.traceparent)
    }
}
