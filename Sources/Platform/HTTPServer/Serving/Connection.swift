import CMicroHTTPD
import Glibc
import Synchronization

/// One TCP connection, from its acceptance to its end.
///
/// libmicrohttpd's polling thread, the handler's task and the watch meet here, and only here: under one lock, by the
/// rules of ``ConnectionPhase``.
final class Connection: Sendable {
    let remoteAddress: String
    private let descriptor: Int32
    // Unsafe: used only under the lock and in the phase `handling`. libmicrohttpd cannot end a connection in it, because
    // either its own thread is in our callback or the connection is suspended.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let state: Mutex<State>

    private struct State {
        var phase: ConnectionPhase
        /// Once closed, the descriptor may belong to another connection.
        var isClosed = false
    }

    init(_ handle: OpaquePointer) {
        self.handle = handle
        descriptor = tradewind_socket(handle)
        remoteAddress = tradewind_client_address(handle).flatMap { SocketAddress($0)?.host } ?? ""
        state = Mutex(State(phase: ConnectionPhase(now: .now)))
    }

    // MARK: - On the polling thread

    func begin(now: ContinuousClock.Instant) { state.withLock { $0.phase.begin(now: now) } }

    /// Begins to handle the request, unless `isRefused` says, asked under the lock, that none may begin any more.
    /// - Returns: the number that the answer must carry.
    func handle(_ subject: RequestSubject, deadline: ContinuousClock.Instant, unless isRefused: () -> Bool) -> Int? {
        state.withLock { state in
            isRefused() ? nil : state.phase.handle(subject, now: .now, deadline: deadline)
        }
    }

    func attach(_ task: Task<Void, Never>, to request: Int) { state.withLock { $0.phase.attach(task, to: request) } }

    /// Suspends the connection, unless the answer is there already.
    /// - Returns: whether it is suspended.
    func suspendUnlessAnswered() -> Bool {
        state.withLock { state in
            guard state.phase.suspend() else { return false }
            // Under the lock: an answer must not resume what is about to be suspended.
            MHD_suspend_connection(handle)
            return true
        }
    }

    func takeResponse() -> PreparedResponse? { state.withLock { $0.phase.takeResponse(now: .now) } }
    func sendDirectly() { state.withLock { $0.phase.sendDirectly(now: .now) } }
    func complete() { state.withLock { $0.phase.complete(now: .now) }?.cancel() }
    func close() { state.withLock { $0.isClosed = true } }

    // MARK: - On any thread

    /// Gives the answer to a request, unless it has one.
    /// - Returns: whether the answer was taken.
    @discardableResult
    func answer(_ response: PreparedResponse?, to request: Int) -> Bool {
        state.withLock { state in
            let (isTaken, mustResume) = state.phase.answer(response, to: request)
            // Under the lock: whoever stops the daemon takes it too, and then knows that no one is inside here.
            if mustResume { MHD_resume_connection(handle) }
            return isTaken
        }
    }

    /// Ends the handling of a request, where one is in that phase, with a problem and cancels its task.
    func refuse(_ problem: Problem) {
        let (request, handling) = state.withLock { ($0.phase.request, $0.phase.handling) }
        guard let handling, answer(handling.subject.response(problem), to: request) else { return }
        handling.task?.cancel()
    }

    /// Looks after a connection that has been in its phase for long.
    /// - Returns: whether a handler was given up because of its deadline.
    func watch(now: ContinuousClock.Instant, settings: HTTPServerSettings) -> Bool {
        switch state.withLock({ $0.phase.overdue(now: now, settings: settings) }) {
        case .nothing: return false
        case .deadline:
            refuse(.deadlineExceeded)
            return true
        case .probe:
            state.withLock { $0.phase.handling != nil && isHungUp ? $0.phase.abandon() : nil }?.cancel()
            return false
        case .disconnect:
            // The polling thread then sees the end of the connection. The phase may have changed: ask again.
            state.withLock { state in
                guard !state.isClosed, case .disconnect = state.phase.overdue(now: now, settings: settings) else {
                    return
                }
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
            return false
        }
    }

    /// Whether the client has closed its end. libmicrohttpd does not look while a connection is suspended.
    private var isHungUp: Bool {
        var watched = pollfd(fd: descriptor, events: Int16(tradewind_poll_hung_up), revents: 0)
        return poll(&watched, 1, 0) > 0 && watched.revents & Int16(tradewind_poll_hung_up) != 0
    }
}
