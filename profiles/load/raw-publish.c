// Publishes OrderCreated messages with confirms in a window, and nothing besides: what the relay is measured against, and
// what fills a queue for a worker. Prints messages a second, from the first publication to the last confirm.
//
//   AMQP_URL=amqp://… raw-publish COUNT PRODUCTS EXCHANGE ROUTING_KEY [WINDOW]
//
// With one PRODUCT each order has a line of it; with more, two lines, as profiles/load/orders.lua orders.
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

// As snprintf reckons with what the arguments could be at most.
#define ID_SIZE 64

static amqp_connection_state_t connection;

static void fail(const char *what) {
    fprintf(stderr, "raw-publish: %s\n", what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

// A version 7 UUID: milliseconds, then chance.
static void make_id(char *text) {
    struct timeval time;
    gettimeofday(&time, NULL);
    unsigned long long milliseconds = time.tv_sec * 1000ULL + time.tv_usec / 1000;
    snprintf(text, ID_SIZE, "%08llx-%04llx-7%03lx-%04lx-%06lx%06lx", milliseconds >> 16 & 0xffffffff,
             milliseconds & 0xffff,
             random() & 0xfff, 0x8000 | (random() & 0x3fff), random() & 0xffffff, random() & 0xffffff);
}

static int make_line(char *text, size_t size, int product, int quantity) {
    double price = (100 + product) / 100.0;
    return snprintf(text, size,
                    "{\"productId\":\"00000000-0000-7000-8000-%012d\",\"sku\":\"SKU-%d\",\"name\":\"Product %d\","
                    "\"quantity\":%d,\"unitPrice\":{\"amount\":\"%.2f\",\"currency\":\"USD\"}}",
                    product, product, product, quantity, price);
}

static int make_body(char *text, size_t size, int products) {
    char id[ID_SIZE], lines[512];
    int first = random() % products + 1, second = first % products + 1;
    make_id(id);
    int length = make_line(lines, sizeof lines, first, products > 1 ? 2 : 1);
    if (products > 1) {
        lines[length++] = ',';
        make_line(lines + length, sizeof lines - length, second, 1);
    }
    return snprintf(text, size,
                    "{\"orderId\":\"%s\",\"customerId\":\"00000000-0000-7000-9000-%012ld\",\"items\":[%s],"
                    "\"totalAmount\":{\"amount\":\"3.04\",\"currency\":\"USD\"},\"orderDate\":\"2026-01-01T00:00:00.000000Z\","
                    "\"contact\":{\"name\":\"Ada\",\"email\":\"ada@example.com\"}}",
                    id, random() % 100000 + 1, lines);
}

// Waits for one frame with a confirm; returns the number of the last message that it settles.
static uint64_t await_confirm(void) {
    amqp_frame_t frame;
    if (amqp_simple_wait_frame(connection, &frame) != AMQP_STATUS_OK) fail("the connection was lost");
    if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
        fail("something other than a confirm came: is there such an exchange and queue?");
    amqp_basic_ack_t *ack = frame.payload.method.decoded;
    amqp_maybe_release_buffers(connection);
    // Not `multiple`: this one alone. Counted by the caller.
    return ack->multiple ? ack->delivery_tag : 0;
}

int main(int count_of_words, char **words) {
    if (count_of_words < 5) fail("usage: raw-publish COUNT PRODUCTS EXCHANGE ROUTING_KEY [WINDOW]");
    uint64_t count = strtoull(words[1], NULL, 10);
    int products = atoi(words[2]);
    uint64_t window = count_of_words > 5 ? strtoull(words[5], NULL, 10) : 500;
    struct amqp_connection_info address;
    char *url = getenv("AMQP_URL");
    if (url == NULL || amqp_parse_url(strdup(url), &address) != AMQP_STATUS_OK) fail("AMQP_URL is missing or wrong");
    srandom(time(NULL) ^ (unsigned)(now() * 1e6));

    connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (amqp_socket_open(socket, address.host, address.port) != AMQP_STATUS_OK) fail("the broker does not answer");
    const char *vhost = *address.vhost ? address.vhost : "/";
    amqp_rpc_reply_t reply = amqp_login(connection, vhost, 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, address.user,
                                        address.password);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("the broker refused the login");
    amqp_channel_open(connection, 1);
    amqp_confirm_select(connection, 1);
    if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) fail("no channel");

    amqp_basic_properties_t properties = {0};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                        AMQP_BASIC_TYPE_FLAG;
    properties.content_type = amqp_cstring_bytes("application/json");
    properties.type = amqp_cstring_bytes("OrderCreated");
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    amqp_bytes_t exchange = amqp_cstring_bytes(words[3]), key = amqp_cstring_bytes(words[4]);

    double start = now();
    // Acknowledgements of single messages are counted; one of many settles all up to its number.
    uint64_t settled = 0;
    for (uint64_t sent = 1; sent <= count; sent++) {
        char body[1024], id[ID_SIZE];
        make_id(id);
        properties.message_id = amqp_cstring_bytes(id);
        amqp_bytes_t bytes = {.len = make_body(body, sizeof body, products), .bytes = body};
        if (amqp_basic_publish(connection, 1, exchange, key, 1, 0, &properties, bytes) != AMQP_STATUS_OK)
            fail("a publication failed");
        while (sent - settled >= window || (sent == count && settled < count)) {
            uint64_t upto = await_confirm();
            settled = upto > settled ? upto : settled + 1;
        }
    }
    printf("%.0f\n", count / (now() - start));
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
    return 0;
}
