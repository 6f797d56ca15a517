#pragma once
#include <microhttpd.h>
#include <string.h>

/// What `poll(2)` tells of a connection whose other end is closed. glibc shows `POLLRDHUP` to GNU sources only.
enum { // POLLRDHUP | POLLHUP | POLLERR
    tradewind_poll_hung_up = 0x2000 | 0x0010 | 0x0008
};

/// Called with the first line of a request, before its headers; returns what `on_request` first finds in its slot.
typedef void *(*tradewind_request_line_callback)(void *context, const char *uri, struct MHD_Connection *connection);

/// What a daemon is started with.
struct tradewind_daemon_options {
    /// A bound, listening, non-blocking socket; the caller closes it after the daemon was quiesced.
    MHD_socket listening_socket;
    unsigned int connection_limit;
    /// Seconds without any byte.
    unsigned int idle_timeout;
    unsigned int polling_threads;
    tradewind_request_line_callback on_request_line;
    MHD_AccessHandlerCallback on_request;
    MHD_RequestCompletedCallback on_completed;
    MHD_NotifyConnectionCallback on_connection;
    MHD_LogCallback on_message;
    /// Given to every callback.
    void *context;
};

/// Leaves paths and queries as they were sent: decoding before splitting would make `%2F` a slash.
static inline size_t tradewind_keep_escaped(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

/// Starts a daemon that polls with epoll on threads of its own, strict about the protocol. `MHD_start_daemon` is variadic.
static inline struct MHD_Daemon *tradewind_start_daemon(const struct tradewind_daemon_options *options) {
    // A pool of one is refused: the option is left out then.
    struct MHD_OptionItem pool[] = {
        {options->polling_threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)options->polling_threads,
         NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        options->on_request, options->context,
        // First, so that it gets the messages about the other options.
        MHD_OPTION_EXTERNAL_LOGGER, options->on_message, options->context,
        MHD_OPTION_LISTEN_SOCKET, options->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_timeout,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, options->on_request_line, options->context,
        MHD_OPTION_NOTIFY_COMPLETED, options->on_completed, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, options->on_connection, options->context,
        MHD_OPTION_UNESCAPE_CALLBACK, tradewind_keep_escaped, NULL,
        MHD_OPTION_ARRAY, pool,
        MHD_OPTION_END);
}

/// What `on_connection` set for the socket. `MHD_get_connection_info` is variadic.
static inline void *tradewind_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static inline MHD_socket tradewind_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

static inline const struct sockaddr *tradewind_client_address(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info == NULL ? NULL : info->client_addr;
}

/// How many bytes the head of the request has, from its first letter to the empty line.
static inline size_t tradewind_header_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

/// A response that owns a copy of `size` bytes.
static inline struct MHD_Response *tradewind_response(const void *bytes, size_t size) {
    return MHD_create_response_from_buffer(size, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}
