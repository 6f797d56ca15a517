import CMicroHTTPD

/// A response in libmicrohttpd's form. Owns it, with a copy of the body and headers, and releases it.
// Unchecked: libmicrohttpd counts references to a response under a lock of its own, and its headers are changed only by
// who holds the sole reference: first the thread that makes it, then the polling thread.
final class PreparedResponse: @unchecked Sendable {
    private let handle: OpaquePointer
    let status: Int
    /// The size of the body, in bytes.
    let size: Int

    /// Nil where memory is short.
    init?(_ response: HTTPResponse, traceparent: String) {
        let handle = response.body.withUnsafeBytes { tradewind_response($0.baseAddress, $0.count) }
        guard let handle else { return nil }
        self.handle = handle
        status = response.status
        size = response.body.count
        for (name, value) in PreparedResponse.standing where response.headers[name] == nil { add(name, value) }
        add("Traceparent", traceparent)
        for field in response.headers.fields { add(field.name, field.value) }
    }

    /// What every answer says unless its handler says otherwise: it is what it claims to be, no place keeps it, it may
    /// load nothing, nobody may frame it, and it tells nobody where its reader came from.
    private static let standing = [
        ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"), ("Referrer-Policy", "no-referrer"),
    ]

    deinit { MHD_destroy_response(handle) }

    /// Adds a header. One that would break the framing, such as a value with a line feed, is left out.
    func add(_ name: String, _ value: String) { _ = MHD_add_response_header(handle, name, value) }

    /// Hands the response to libmicrohttpd, which sends it when the callback returns. On the polling thread only.
    func queue(on connection: OpaquePointer) -> MHD_Result { MHD_queue_response(connection, UInt32(status), handle) }
}
