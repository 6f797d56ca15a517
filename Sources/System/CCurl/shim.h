#pragma once
#include <curl/curl.h>
#include <sys/socket.h>

// `curl_easy_setopt` and `curl_easy_getinfo` are variadic. libcurl copies the texts that it is given, but not lists.

static inline int tradewind_curl_initialize(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

/// Sets a handle up for a transfer with `url` and nothing of what it did before. `protocols` is a list like `http,https`.
/// `words`, of CURL_ERROR_SIZE bytes that live as long as the handle, gets libcurl's account of a failure.
static inline CURLcode tradewind_curl_begin(
    CURL *handle, const char *url, const char *protocols, long connect_timeout_milliseconds, long timeout_milliseconds,
    char *words) {
    curl_easy_reset(handle);
    words[0] = 0;
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
    // No signals: they would interrupt other threads. Names are then looked up on a thread of libcurl's.
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_milliseconds);
    CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_URL, url) : code;
}

/// All callbacks get `context`. `on_progress` is called at least once a second, also while libcurl blocks.
static inline void tradewind_curl_receive(
    CURL *handle, curl_write_callback on_line, curl_write_callback on_body, curl_xferinfo_callback on_progress,
    void *context) {
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

/// Trusts the certificates of a file in place of the system's.
static inline CURLcode tradewind_curl_trust(CURL *handle, const char *certificates) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_CAINFO, certificates);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) : code;
}

/// Keeps away from the proxies of the environment.
static inline void tradewind_curl_go_directly(CURL *handle) { curl_easy_setopt(handle, CURLOPT_PROXY, ""); }

/// Has `on_socket` open the socket for an address, or refuse the address by CURL_SOCKET_BAD. It gets `context`.
static inline void tradewind_curl_choose_addresses(CURL *handle, curl_opensocket_callback on_socket, void *context) {
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
}

/// Opens a connection instead of using one again.
static inline void tradewind_curl_connect_anew(CURL *handle) { curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L); }

/// HTTP: GET with these headers, which must live until the transfer has ended.
static inline void tradewind_curl_ask(CURL *handle, struct curl_slist *headers) {
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

/// HTTP: POST of `body`, which is copied and may be empty but not NULL.
static inline CURLcode tradewind_curl_post(CURL *handle, const void *body, size_t size) {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body) : code;
}

/// SMTP: a mail of `size` bytes, which `on_read` hands over, for `recipients`, which must live until the transfer has ended.
/// Where `requires_tls` is less than 0, STARTTLS is not used; where it is 0, it is where the server offers it.
static inline CURLcode tradewind_curl_mail(
    CURL *handle, const char *from, struct curl_slist *recipients, int requires_tls, curl_read_callback on_read,
    void *context, size_t size) {
    long tls = requires_tls < 0 ? CURLUSESSL_NONE : requires_tls == 0 ? CURLUSESSL_TRY : CURLUSESSL_ALL;
    curl_easy_setopt(handle, CURLOPT_USE_SSL, tls);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
    return curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from);
}

/// SMTP: logs in. Other mechanisms than these two need more than a password, and libcurl would try them first.
static inline CURLcode tradewind_curl_log_in(CURL *handle, const char *user, const char *password) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_USERNAME, user);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_PASSWORD, password) : code;
}

/// The status of the last answer, of HTTP or SMTP; 0 where there was none.
static inline long tradewind_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/// How many connections the transfer opened: 0 where it used one again.
static inline long tradewind_curl_connections(CURL *handle) {
    long count = 0;
    curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &count);
    return count;
}

/// Ends the connection of a transfer that is given up, while the handle is still in its multi handle. libcurl 7.88 waits for
/// a mail server's answer to the message when the transfer counts as done already: failed there, it keeps the
/// connection for the next mail, and given up in the middle of a message it ends the message as if it were whole.
static inline void tradewind_curl_cut(CURL *handle) {
    curl_socket_t active = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &active) == CURLE_OK && active != CURL_SOCKET_BAD)
        shutdown(active, SHUT_RDWR);
}

/// Takes the outcome of the one transfer of `multi`, where it has ended.
static inline int tradewind_curl_take_outcome(CURLM *multi, CURLcode *outcome) {
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE) continue;
        *outcome = message->data.result;
        return 1;
    }
    return 0;
}
