import CMicroHTTPD
import Glibc
import Lifecycle

import struct Synchronization.Atomic

/// A running libmicrohttpd and its listening socket. Owns both.
final class Daemon: Sendable {
    let core: ServerCore
    let port: Int
    private let socket: Int32
    // Unsafe: libmicrohttpd's functions for a daemon may be called from any thread, and `isStopped` lets one caller stop it.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let isStopped = Atomic(false)

    /// - Throws: ``HTTPServerError`` where libmicrohttpd does not start. The socket is closed then.
    init(_ listening: ListeningSocket, address: String, core: ServerCore) throws(HTTPServerError) {
        var options = tradewind_daemon_options()
        options.listening_socket = listening.descriptor
        options.connection_limit = UInt32(clamping: connectionLimit(core.settings))
        options.idle_timeout = UInt32(clamping: max(1, core.settings.idleTimeout.components.seconds))
        options.polling_threads = UInt32(clamping: core.settings.pollingThreads)
        options.on_request_line = onRequestLine
        options.on_request = onRequest
        options.on_completed = onCompleted
        options.on_connection = onConnection
        options.on_message = onMessage
        // Unretained: this object holds the core, and ends the callbacks before it lets go of it.
        options.context = Unmanaged.passUnretained(core).toOpaque()
        guard let handle = tradewind_start_daemon(&options) else {
            Glibc.close(listening.descriptor)
            throw HTTPServerError(code: .startFailed, address: address, reason: "libmicrohttpd did not start")
        }
        self.core = core
        self.handle = handle
        socket = listening.descriptor
        port = listening.port
    }

    deinit { stop() }

    /// Takes no new connection from now on. Those that are open go on.
    func stopAccepting() {
        MHD_quiesce_daemon(handle)
        // Refuses who waits to be accepted. Closed only by ``stop()``: the polling thread may still be looking at it.
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Ends every connection and the polling threads, and waits for them: not to be called where blocking is not allowed.
    func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        MHD_quiesce_daemon(handle)
        core.refuseAll()
        MHD_stop_daemon(handle)
        Glibc.close(socket)
    }
}

/// As many as were asked for, but some files and sockets are left for all else: a server that takes the last one cannot
/// open its database again.
private func connectionLimit(_ settings: HTTPServerSettings) -> Int {
    max(1, min(settings.connectionLimit, FileDescriptorLimit.current - 128))
}

private func serverCore(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
    context.map { Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
}

/// Called when the first line of a request is here: what follows must arrive in time.
private let onRequestLine: tradewind_request_line_callback = { _, target, handle in
    if let target, let handle, let socket = tradewind_socket_context(handle) {
        let end = UnsafeRawPointer(target + strlen(target))
        Unmanaged<Connection>.fromOpaque(socket).takeUnretainedValue().arrive(targetEnd: end)
    }
    return nil
}

/// Called with the headers, then with each part of the body, then at the end of the request, and once more when resumed.
private let onRequest: MHD_AccessHandlerCallback = { context, handle, path, method, version, part, size, slot in
    guard let core = serverCore(context), let handle, let size, let slot else { return .NO }
    guard let kept = slot.pointee else {
        guard let path, let method, let version, let socket = tradewind_socket_context(handle) else { return .NO }
        let connection = Unmanaged<Connection>.fromOpaque(socket).takeUnretainedValue()
        let head = RequestHead(
            handle, path: path, method: method, version: version, targetEnd: connection.targetEnd)
        let exchange = Exchange(head, on: connection, handle: handle, core: core)
        slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        core.openRequests.begin()
        return exchange.begin()
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(kept).takeUnretainedValue()
    guard size.pointee > 0, let part else { return exchange.proceed() }
    defer { size.pointee = 0 }
    return exchange.receive(UnsafeRawBufferPointer(start: part, count: size.pointee))
}

private let onCompleted: MHD_RequestCompletedCallback = { context, handle, slot, _ in
    guard let core = serverCore(context), let handle, let slot, let kept = slot.pointee else { return }
    slot.pointee = nil
    Unmanaged<Exchange>.fromOpaque(kept).release()
    if let socket = tradewind_socket_context(handle) {
        Unmanaged<Connection>.fromOpaque(socket).takeUnretainedValue().complete()
    }
    core.openRequests.complete()
}

private let onConnection: MHD_NotifyConnectionCallback = { context, handle, slot, event in
    guard let core = serverCore(context), let handle, let slot else { return }
    if event == .CONNECTION_NOTIFY_STARTED {
        slot.pointee = Unmanaged.passRetained(core.opened(handle)).toOpaque()
    } else if let kept = slot.pointee {
        slot.pointee = nil
        core.closed(Unmanaged<Connection>.fromOpaque(kept).takeRetainedValue())
    }
}

private let onMessage: MHD_LogCallback = { context, format, arguments in
    guard let core = serverCore(context), let format, let arguments, core.logger.isEnabled(.debug) else { return }
    var text = [CChar](repeating: 0, count: 512)
    vsnprintf(&text, text.count, format, arguments)
    let message = String(decoding: text.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    core.logger.debug("libmicrohttpd says", .reason(message))
}
