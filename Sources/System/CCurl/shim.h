#pragma once
#include <curl/curl.h>

/// One request. The texts must live until it has ended; libcurl copies them only in part.
struct tradewind_curl_request {
    const char *url;
    /// `https`, or `http,https`.
    const char *protocols;
    struct curl_slist *headers;
    /// NULL for GET; else what POST sends.
    const void *body;
    size_t body_size;
    long connect_timeout_milliseconds;
    long timeout_milliseconds;
    /// A file of certificates to trust in place of the system's, or NULL.
    const char *certificates;
    int uses_proxy;
    curl_write_callback on_header;
    curl_write_callback on_body;
    /// Given to both callbacks.
    void *context;
};

static inline int tradewind_curl_initialize(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

/// Sets a handle up for `request` and nothing of what it did before. `curl_easy_setopt` is variadic.
static inline CURLcode tradewind_curl_configure(CURL *handle, const struct tradewind_curl_request *request) {
    curl_easy_reset(handle);
    // No signals: they would interrupt other threads. Names are then looked up on a thread of libcurl's.
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, request->timeout_milliseconds);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, request->on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, request->context);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, request->on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, request->context);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, request->headers);
    if (!request->uses_proxy) curl_easy_setopt(handle, CURLOPT_PROXY, "");
    if (request->certificates != NULL) {
        CURLcode code = curl_easy_setopt(handle, CURLOPT_CAINFO, request->certificates);
        if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
        if (code != CURLE_OK) return code;
    }
    if (request->body != NULL) {
        curl_easy_setopt(handle, CURLOPT_POST, 1L);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body);
    }
    CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, request->protocols);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_URL, request->url) : code;
}

/// The status of the last answer; 0 where there was none. `curl_easy_getinfo` is variadic.
static inline long tradewind_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
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
