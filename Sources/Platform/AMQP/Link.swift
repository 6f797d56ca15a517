import CLinux
import CRabbitMQ
import Glibc

/// One open connection with one channel. Owns the C library's connection and frees it.
///
/// Not `Sendable`: the library is not thread-safe, so all calls come from the connection's own thread. A link that threw
/// is broken for good; open another one.
final class Link {
    static let channel: amqp_channel_t = 1
    /// As big as RabbitMQ lets a frame become by default.
    private static let frameMax: Int32 = 131_072

    /// What the broker may tell this client on its own account.
    private static let capabilities: MessageHeaders = ["consumer_cancel_notify": true, "connection.blocked": true]

    private let state: amqp_connection_state_t
    private let arena = Arena()
    private let descriptor: Int32
    private let heartbeat: Duration
    private var assembly = FrameAssembly()
    let watchdog: SocketGuard

    /// Connects to one node, logs in and opens the channel.
    init(_ settings: BrokerSettings, to server: BrokerAddress.Server) throws(AMQPError) {
        let address = try settings.address.get()
        guard let state = amqp_new_connection() else {
            throw AMQPError(.protocolViolation, "connect", text: "out of memory")
        }
        do throws(AMQPError) {
            descriptor = try Self.connect(state, server, settings)
            try Self.logIn(state, address, server, settings, arena)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        self.state = state
        heartbeat = settings.heartbeat
        watchdog = SocketGuard(socket: descriptor)
        arena.recycle()
    }

    deinit {
        watchdog.release()
        amqp_destroy_connection(state)
    }

    private static func connect(
        _ state: amqp_connection_state_t, _ server: BrokerAddress.Server, _ settings: BrokerSettings
    ) throws(AMQPError) -> Int32 {
        guard let socket = amqp_tcp_socket_new(state) else {
            throw AMQPError(.protocolViolation, "connect", text: "out of memory")
        }
        var timeout = timeval(settings.connectTimeout)
        let status = amqp_socket_open_noblock(socket, server.host, Int32(server.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw AMQPError(.unreachable, "connect to \(server)", text: libraryText(status))
        }
        return amqp_get_sockfd(state)
    }

    private static func logIn(
        _ state: amqp_connection_state_t, _ address: BrokerAddress, _ server: BrokerAddress.Server,
        _ settings: BrokerSettings, _ arena: Arena
    ) throws(AMQPError) {
        var timeout = timeval(settings.connectTimeout)
        amqp_set_handshake_timeout(state, &timeout)
        timeout = timeval(settings.replyTimeout)
        amqp_set_rpc_timeout(state, &timeout)
        var properties = arena.table(
            ["connection_name": .text(settings.name), "product": "tradewind"], tables: ["capabilities": capabilities])
        let reply = tradewind_amqp_login(
            state, address.virtualHost, 0, frameMax, Int32(max(0, settings.heartbeat.components.seconds)), &properties,
            address.user, address.password)
        if let error = AMQPError(reply, "log in to \(server), vhost \(address.virtualHost)") {
            // A broker that dislikes the password closes the socket or says 403; before a login nothing else does.
            let refused = error.replyCode == 403 || error.replyCode == 530
            throw refused
                ? AMQPError(.accessRefused, error.context, replyCode: error.replyCode, text: error.text) : error
        }
        amqp_channel_open(state, channel)
        if let error = AMQPError(amqp_get_rpc_reply(state), "open a channel") { throw error }
    }

    // MARK: - Calls that wait for the broker's answer

    /// Runs one call of the C library that waits for an answer, and reports its failure.
    func call(
        _ context: @autoclosure () -> String, _ body: (amqp_connection_state_t, Arena) -> Void
    ) throws(AMQPError) {
        body(state, arena)
        let reply = amqp_get_rpc_reply(state)
        arena.recycle()
        if let error = AMQPError(reply, context()) { throw error }
    }

    /// Says goodbye, so that the broker logs no lost connection. Bounded; errors do not matter any more.
    func close() {
        var timeout = timeval(tv_sec: 2, tv_usec: 0)
        amqp_set_rpc_timeout(state, &timeout)
        watchdog.arm(.seconds(2))
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
        watchdog.disarm()
    }

    // MARK: - Sending

    func publish(_ message: OutgoingMessage) throws(AMQPError) {
        var properties = message.properties(in: arena)
        let exchange = arena.bytes(message.exchange)
        let routingKey = arena.bytes(message.routingKey)
        let status = message.body.withUnsafeBytes { body in
            amqp_basic_publish(
                state, Self.channel, exchange, routingKey, message.mandatory ? 1 : 0, 0, &properties,
                amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress)))
        }
        arena.recycle()
        try Self.check(status, "publish")
    }

    func acknowledge(_ tag: UInt64, multiple: Bool) throws(AMQPError) {
        try Self.check(amqp_basic_ack(state, Self.channel, tag, multiple ? 1 : 0), "acknowledge")
    }

    // MARK: - Receiving

    /// What the broker sent next, without waiting; nil when there is nothing. Sends a heartbeat when one is due.
    ///
    /// - Throws: `connectionLost` also when the broker has been silent for too long.
    func nextEvent() throws(AMQPError) -> BrokerEvent? {
        while true {
            var frame = amqp_frame_t()
            // With a wait of exactly nothing the library never notices that the broker has fallen silent.
            var instant = timeval(tv_sec: 0, tv_usec: 1)
            let status = amqp_simple_wait_frame_noblock(state, &frame, &instant)
            if tradewind_amqp_is_timeout(status) != 0 { return nil }
            try Self.check(status, "receive")
            let event = try assembly.add(frame)
            amqp_maybe_release_buffers_on_channel(state, frame.channel)
            if let event { return event }
        }
    }

    /// Waits until the broker sends something, `deadline` has passed, a heartbeat is due, or one of `wakeUps`, which are
    /// file descriptors, becomes readable.
    ///
    /// Call it only after ``nextEvent()`` returned nil: what the library has buffered already wakes nobody.
    func waitForInput(until deadline: ContinuousClock.Instant, wakeUps: [Int32] = []) {
        let limit = min(max(heartbeat / 2, .milliseconds(100)), deadline - .now)
        var watched = ([descriptor] + wakeUps).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Rounded up, so that the last millisecond is not spent in a loop.
        let milliseconds = Int32((max(.zero, limit) / .milliseconds(1)).rounded(.up))
        poll(&watched, nfds_t(watched.count), milliseconds)
    }

    private static func check(_ status: Int32, _ context: String) throws(AMQPError) {
        if status == AMQP_STATUS_OK.rawValue { return }
        let lost = tradewind_amqp_is_lost_connection(status) != 0
        throw AMQPError(lost ? .connectionLost : .protocolViolation, context, text: libraryText(status))
    }
}

/// The C library's own words for a status.
func libraryText(_ status: Int32) -> String {
    String(cString: amqp_error_string2(status))
}

extension timeval {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
