import DomainKit
import Postgres

/// One step of a redrive of many, in one transaction.
struct BulkRun: Sendable {
    let id: EntityID
    let store: DeadLetterStore
    let transaction: PostgresTransaction

    /// Sends the first message that is not refused, alone.
    /// - Returns: how many were sent or refused.
    func sendFirst(limit: Int) async throws -> Int {
        let queued = try await queued(limit)
        for (index, seq) in queued.enumerated() {
            guard try await send(seq) else { continue }
            try await transaction.execute(
                "UPDATE dead_letter_redrives SET first_letter = $2 WHERE redrive_id = $1", [.id(id), .int(seq)])
            return index + 1
        }
        if queued.count < limit { try await finish(.done, "All were refused.") }
        return queued.count
    }

    /// Looks what became of the first message.
    func judge(_ first: Int64) async throws {
        let letter = try await LockedLetter.lock(first, in: transaction)?.letter
        switch letter?.status {
        case .redriven where letter?.redriveID == id: break
        case .handled:
            try await transaction.execute(
                "UPDATE dead_letter_redrives SET state = 'Running' WHERE redrive_id = $1", [.id(id)])
        case let status:
            let reason = status == .waiting ? letter?.reason : nil
            try await stop("The first message was not handled: \(reason ?? "it is there no more").")
        }
    }

    /// Sends what is left, and ends the redrive once all are settled.
    /// - Returns: how many were sent or refused.
    func sendRest(limit: Int) async throws -> Int {
        let queued = try await queued(limit)
        for seq in queued { _ = try await send(seq) }
        guard queued.isEmpty else { return queued.count }
        let underWay = try await transaction.first(
            "SELECT count(*) FROM dead_letters WHERE redrive_id = $1 AND status = 'Redriven'", [.id(id)]
        ) { try $0.integer(0) }
        if underWay == 0 { try await finish(.done, "All were sent and settled, or refused.") }
        return 0
    }

    private func queued(_ limit: Int) async throws -> [Int64] {
        try await transaction.query(
            "SELECT seq FROM dead_letters WHERE redrive_id = $1 AND status = 'Queued' ORDER BY seq LIMIT $2",
            [.id(id), .int(limit)]
        ) { try $0.int(0) }
    }

    /// - Returns: false where it was refused.
    private func send(_ seq: Int64) async throws -> Bool {
        guard let locked = try await LockedLetter.lock(seq, in: transaction) else { return false }
        do {
            try await locked.redrive(as: id, unless: store.rule, by: nil, at: store.clock.now)
            return true
        } catch let refusal as DeadLetterRefusal {
            try await locked.release("Refused", refusal.description, of: id, at: store.clock.now)
            return false
        }
    }

    /// Gives up: what has not been sent waits for a person again.
    private func stop(_ outcome: String) async throws {
        try await transaction.execute(
            """
            WITH released AS (
                UPDATE dead_letters SET status = 'Waiting' WHERE redrive_id = $1 AND status = 'Queued'
                RETURNING consumer, message_id
            )
            INSERT INTO dead_letter_actions (consumer, message_id, action, at, detail, redrive_id)
            SELECT consumer, message_id, 'Released', $2, $3, $1 FROM released
            """, [.id(id), .timestamp(store.clock.now), .text(outcome)])
        try await finish(.stopped, outcome)
    }

    private func finish(_ state: BulkRedrive.State, _ outcome: String) async throws {
        try await transaction.execute(
            "UPDATE dead_letter_redrives SET state = $2, outcome = $3, finished_at = $4 WHERE redrive_id = $1",
            [.id(id), .text(state.rawValue), .text(outcome), .timestamp(store.clock.now)])
    }
}
