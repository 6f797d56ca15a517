// Places orders at a steady rate, whether answers come or not: each request has a moment at which it is meant to be sent,
// and one that goes late because others were slow still counts from that moment.
//
//   steady HOST PORT RATE SECONDS [PRODUCTS [CONNECTIONS]]
//
// TOKEN in the environment: of an operator or admin, who may order for every customer.
// Prints a line an order: its id, when it was meant to be sent, when its answer came (microseconds since 1970), status.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct request {
    char order[37];
    long long meant, answered;
    int status;
};

static struct request *requests;
static struct sockaddr_in address;
static atomic_long next;
static long count;
static double rate;
static int products = 1000;
static struct timespec start;
static long long start_wall;
static unsigned run;
static const char *token = "";

static void fail(const char *what) {
    fprintf(stderr, "steady: %s\n", what);
    exit(1);
}

static long long wall(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static int connect_once(void) {
    int one = 1, connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) fail("nobody answers at that address");
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return connection;
}

// Reads one answer with a Content-Length; returns its length, or 0 when the connection ended.
static size_t read_answer(int connection, char *text, size_t size) {
    size_t length = 0;
    while (length + 1 < size) {
        ssize_t more = read(connection, text + length, size - length - 1);
        if (more <= 0) return 0;
        text[length += more] = 0;
        char *end = strstr(text, "\r\n\r\n"), *field = strcasestr(text, "content-length:");
        if (end != NULL && field != NULL && length >= (end + 4 - text) + strtoul(field + 15, NULL, 10)) return length;
    }
    return 0;
}

static void place(int *connection, long number, struct request *request) {
    char body[512], message[8192], answer[8192];
    int first = (number * 7919 % products) + 1;
    int length = snprintf(body, sizeof body,
                          "{\"customerId\":\"00000000-0000-7000-9000-%012ld\",\"items\":["
                          "{\"productId\":\"00000000-0000-7000-8000-%012d\",\"quantity\":2},"
                          "{\"productId\":\"00000000-0000-7000-8000-%012d\",\"quantity\":1}],"
                          "\"contact\":{\"name\":\"Ada\",\"email\":\"ada@example.com\"}}",
                          number % 100000 + 1, first, first % products + 1);
    length = snprintf(message, sizeof message,
                      "POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                      "Authorization: Bearer %s\r\n"
                      "Idempotency-Key: steady-%08x-%ld\r\nContent-Length: %d\r\n\r\n%s",
                      token, run, number, length, body);
    if (length >= (int)sizeof message) fail("TOKEN is too long");
    // Once more on a new connection: the server may have closed the old one for being idle. The key makes that safe.
    for (int attempt = 0; send(*connection, message, length, MSG_NOSIGNAL) != length ||
                          read_answer(*connection, answer, sizeof answer) == 0; attempt++) {
        close(*connection);
        *connection = connect_once();
        if (attempt == 1) return;
    }
    request->answered = wall();
    sscanf(answer, "HTTP/1.1 %d", &request->status);
    char *id = strstr(answer, "\"orderId\":\"");
    if (id != NULL) memcpy(request->order, id + 11, 36);
}

static void *client(void *unused) {
    (void)unused;
    int connection = connect_once();
    for (long number; (number = atomic_fetch_add(&next, 1)) < count;) {
        long long after = number * 1e9 / rate;
        struct timespec moment = {start.tv_sec + (start.tv_nsec + after) / 1000000000,
                                  (start.tv_nsec + after) % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL);
        requests[number].meant = start_wall + after / 1000;
        place(&connection, number, &requests[number]);
    }
    close(connection);
    return NULL;
}

int main(int count_of_words, char **words) {
    if (count_of_words < 5) fail("usage: steady HOST PORT RATE SECONDS [PRODUCTS [CONNECTIONS]]");
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(words[2]));
    if (inet_pton(AF_INET, words[1], &address.sin_addr) != 1) fail("HOST is to be an IPv4 address");
    if (getenv("TOKEN") != NULL) token = getenv("TOKEN");
    rate = atof(words[3]);
    count = rate * atof(words[4]);
    if (count_of_words > 5) products = atoi(words[5]);
    int connections = count_of_words > 6 ? atoi(words[6]) : 64;
    requests = calloc(count, sizeof *requests);
    run = wall() / 1000;
    clock_gettime(CLOCK_MONOTONIC, &start);
    start_wall = wall();

    pthread_t threads[connections];
    for (int index = 0; index < connections; index++)
        if (pthread_create(&threads[index], NULL, client, NULL) != 0) fail("no more threads");
    for (int index = 0; index < connections; index++) pthread_join(threads[index], NULL);
    for (long number = 0; number < count; number++)
        printf("%s %lld %lld %d\n", requests[number].order[0] ? requests[number].order : "-", requests[number].meant,
               requests[number].answered, requests[number].status);
    return 0;
}
