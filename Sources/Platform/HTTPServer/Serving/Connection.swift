import CMicroHTTPD
import Glibc
import Locking

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
        /// Where in libmicrohttpd's buffer the target of the request ends; nil before its first line is here.
        var targetEnd: UInt?
    }

    init(_ handle: OpaquePointer) {
        self.handle = handle
        descriptor = tradewind_socket(handle)
        remoteAddress = tradewind_client_address(handle).flatMap { SocketAddress($0)?.host } ?? ""
        state = Mutex(State(phase: ConnectionPhase(now: .now)))
    }

    // MARK: - On the polling thread

    /// The address at which the target of the request ends, to be compared and never read.
    var targetEnd: UInt? { state.withLock { $0.targetEnd } }

    func arrive(targetEnd: UnsafeRawPointer) {
        state.withLock { state in
            state.phase.arrive(now: .now)
            state.targetEnd = UInt(bitPattern: targetEnd)
        }
    }

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
    /// - Returns: whether one was.
    @discardableResult
    func refuse(_ problem: Problem) -> Bool {
        let (request, handling) = state.withLock { ($0.phase.request, $0.phase.handling) }
        guard let handling, answer(handling.subject.response(problem), to: request) else { return false }
        handling.task?.cancel()
        return true
    }

    /// Looks after a connection that has been in its phase for long.
    /// - Parameter probesUnfinished: whether to look at connections without a request as well, which costs a system call
    ///   for each.
    /// - Returns: whether a handler was given up because of its deadline.
    func watch(now: ContinuousClock.Instant, settings: HTTPServerSettings, probesUnfinished: Bool) -> Bool {
        let (overdue, task): (ConnectionPhase.Overdue, Task<Void, Never>?) = state.withLock { state in
            guard !state.isClosed else { return (.nothing, nil) }
            let overdue = state.phase.overdue(now: now, settings: settings)
            switch overdue {
            case .probe where isHungUp: return (overdue, state.phase.abandon())
            // libmicrohttpd waits for an event that came together with the last bytes, so it misses this end.
            case .probeUnfinished where probesUnfinished && isHungUp && hasNothingToRead: disconnect()
            case .disconnect: disconnect()
            case .nothing, .deadline, .probe, .probeUnfinished: break
            }
            return (overdue, nil)
        }
        task?.cancel()
        guard case .deadline = overdue else { return false }
        return refuse(.deadlineExceeded)
    }

    /// Lets the polling thread see the end of the connection, and end it on our side too.
    private func disconnect() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Whether the client has closed its end. libmicrohttpd does not look while a connection is suspended.
    private var isHungUp: Bool {
        var watched = pollfd(fd: descriptor, events: Int16(tradewind_poll_hung_up), revents: 0)
        return poll(&watched, 1, 0) > 0 && watched.revents & Int16(tradewind_poll_hung_up) != 0
    }

    private var hasNothingToRead: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }
}
