#pragma once
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

// curl's setopt and getinfo are variadic, which Swift cannot call: one function for each kind of argument.
static inline CURLcode belfry_curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode belfry_curl_set_off(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode belfry_curl_set_string(CURL *h, CURLoption o, const char *v) {
    return curl_easy_setopt(h, o, v);
}
static inline CURLcode belfry_curl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode belfry_curl_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode belfry_curl_get_pointer(CURL *h, CURLINFO i, void **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode belfry_curl_multi_set_long(CURLM *m, CURLMoption o, long v) {
    return curl_multi_setopt(m, o, v);
}

typedef size_t (*belfry_curl_sink)(char *bytes, size_t size, size_t count, void *context);
static inline void belfry_curl_set_write(CURL *h, belfry_curl_sink sink, void *context) {
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, sink);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, context);
}
typedef curl_socket_t (*belfry_curl_open_socket)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
static inline void belfry_curl_set_open_socket(CURL *h, belfry_curl_open_socket open, void *context) {
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, context);
}
typedef int (*belfry_curl_before_request)(void *context, char *ip, char *local, int port, int local_port);
static inline void belfry_curl_set_before_request(CURL *h, belfry_curl_before_request before, void *context) {
    curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, before);
    curl_easy_setopt(h, CURLOPT_PREREQDATA, context);
}

typedef int (*belfry_curl_socket_change)(CURL *h, curl_socket_t fd, int what, void *context, void *per_socket);
static inline void belfry_curl_multi_set_socket(CURLM *m, belfry_curl_socket_change change, void *context) {
    curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, change);
    curl_multi_setopt(m, CURLMOPT_SOCKETDATA, context);
}
typedef int (*belfry_curl_timer_change)(CURLM *m, long milliseconds, void *context);
static inline void belfry_curl_multi_set_timer(CURLM *m, belfry_curl_timer_change change, void *context) {
    curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, change);
    curl_multi_setopt(m, CURLMOPT_TIMERDATA, context);
}

// CURLMsg.data is a C union; only a finished transfer's result is read.
static inline CURLcode belfry_curl_message_result(const CURLMsg *message) { return message->data.result; }

// struct curl_sockaddr ends in a sockaddr that holds more than its type says.
static inline const struct sockaddr *belfry_curl_address(const struct curl_sockaddr *a) { return &a->addr; }
