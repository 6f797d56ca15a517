#pragma once
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

/* `amqp_login_with_properties` is variadic, which Swift cannot call. SASL PLAIN is all that is needed. */
static inline amqp_rpc_reply_t tradewind_amqp_login(
    amqp_connection_state_t state, const char *vhost, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *properties, const char *user, const char *password)
{
    return amqp_login_with_properties(
        state, vhost, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

/* Enumerators and macros whose C types Swift would import as something that does not compare. */
static inline int tradewind_amqp_is_timeout(int status) { return status == AMQP_STATUS_TIMEOUT; }
static inline int tradewind_amqp_is_lost_connection(int status)
{
    switch (status) {
    case AMQP_STATUS_CONNECTION_CLOSED:
    case AMQP_STATUS_SOCKET_ERROR:
    case AMQP_STATUS_SOCKET_CLOSED:
    case AMQP_STATUS_TCP_ERROR:
    case AMQP_STATUS_HEARTBEAT_TIMEOUT:
    case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
    case AMQP_STATUS_TIMEOUT:
        return 1;
    default:
        return 0;
    }
}
