import AMQP
import DomainKit

@testable import Messaging

/// Mistakes that the simulation must find. Each is made at a port: what ships has no switch for any of them.
enum Mistake: CaseIterable, Sendable {
    case acknowledgesAtReceipt
    case marksBeforeTheHandler
    case marksAfterTheHandler
    case readsBehindACursor
    case deletesBeforeTheConfirm
    case ignoresLocks
    case takesUnknownForConfirmed
    case takesUnroutableForConfirmed
    case acknowledgesBeforeTheRetryIsConfirmed
    case countsOutages
    case forgetsAttempts
}

extension World {
    func deliveries(_ host: Host) -> any DeliverySource {
        let connection = SimulatedConnection(self, host)
        return mistake == .acknowledgesAtReceipt ? HastySource(connection) : connection
    }

    func publisher(_ host: Host) -> any MessagePublisher {
        let connection = SimulatedConnection(self, host)
        switch mistake {
        case .takesUnknownForConfirmed, .takesUnroutableForConfirmed:
            return CredulousPublisher(connection, believesUnknown: mistake == .takesUnknownForConfirmed)
        default: return connection
        }
    }

    func failures(_ host: Host) -> any MessagePublisher {
        let connection = SimulatedConnection(self, host)
        switch mistake {
        case .acknowledgesBeforeTheRetryIsConfirmed: return ImpatientPublisher(connection, world: self, host: host)
        case .forgetsAttempts: return ForgetfulPublisher(connection)
        default: return connection
        }
    }

    func inbox(_ host: Host) -> any InboxStore {
        let store = SimulatedInboxStore(world: self, host: host)
        switch mistake {
        case .marksBeforeTheHandler: return EarlyMarkingStore(store: store)
        case .marksAfterTheHandler: return LateMarkingStore(store: store)
        case .countsOutages: return BlamingStore(store: store)
        default: return store
        }
    }

    func outboxSession(_ session: SimulatedOutboxSession) -> any OutboxSession {
        switch mistake {
        case .readsBehindACursor: return CursorSession(session)
        case .deletesBeforeTheConfirm: return HastySession(session)
        case .ignoresLocks: return LocklessSession(session)
        default: return session
        }
    }
}
