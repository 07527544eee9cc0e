#pragma once
#include <stdint.h>
// Debian's 0.11 installs amqp.h at the top; later releases below rabbitmq-c/.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// amqp_login_with_properties is variadic, which Swift cannot call.
static inline amqp_rpc_reply_t belfry_amqp_login(
    amqp_connection_state_t state, const char *vhost, int frame_max, int heartbeat_seconds,
    const amqp_table_t *properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        state, vhost, 0, frame_max, heartbeat_seconds, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

static inline amqp_bytes_t belfry_amqp_bytes(const void *start, size_t count) {
    amqp_bytes_t bytes;
    bytes.len = count;
    bytes.bytes = (void *)start;
    return bytes;
}

static inline amqp_table_t belfry_amqp_table(amqp_table_entry_t *entries, int count) {
    amqp_table_t table;
    table.num_entries = count;
    table.entries = entries;
    return table;
}

// amqp_field_value_t holds a C union; these build and read the kinds that are used.
static inline amqp_field_value_t belfry_amqp_field_bool(int value) {
    amqp_field_value_t field;
    field.kind = AMQP_FIELD_KIND_BOOLEAN;
    field.value.boolean = value;
    return field;
}

static inline amqp_field_value_t belfry_amqp_field_long(int64_t value) {
    amqp_field_value_t field;
    field.kind = AMQP_FIELD_KIND_I64;
    field.value.i64 = value;
    return field;
}

static inline amqp_field_value_t belfry_amqp_field_timestamp(uint64_t seconds) {
    amqp_field_value_t field;
    field.kind = AMQP_FIELD_KIND_TIMESTAMP;
    field.value.u64 = seconds;
    return field;
}

static inline amqp_field_value_t belfry_amqp_field_string(amqp_bytes_t value) {
    amqp_field_value_t field;
    field.kind = AMQP_FIELD_KIND_UTF8;
    field.value.bytes = value;
    return field;
}

static inline amqp_field_value_t belfry_amqp_field_table(amqp_table_t value) {
    amqp_field_value_t field;
    field.kind = AMQP_FIELD_KIND_TABLE;
    field.value.table = value;
    return field;
}

/// 1 and `*number` for any whole number, 2 and `*bytes` for a string, 0 for every other kind.
static inline int belfry_amqp_field_read(const amqp_field_value_t *field, int64_t *number, amqp_bytes_t *bytes) {
    switch (field->kind) {
        case AMQP_FIELD_KIND_BOOLEAN: *number = field->value.boolean; return 1;
        case AMQP_FIELD_KIND_I8: *number = field->value.i8; return 1;
        case AMQP_FIELD_KIND_U8: *number = field->value.u8; return 1;
        case AMQP_FIELD_KIND_I16: *number = field->value.i16; return 1;
        case AMQP_FIELD_KIND_U16: *number = field->value.u16; return 1;
        case AMQP_FIELD_KIND_I32: *number = field->value.i32; return 1;
        case AMQP_FIELD_KIND_U32: *number = field->value.u32; return 1;
        case AMQP_FIELD_KIND_I64: *number = field->value.i64; return 1;
        case AMQP_FIELD_KIND_UTF8:
        case AMQP_FIELD_KIND_BYTES: *bytes = field->value.bytes; return 2;
        default: return 0;
    }
}

// amqp_frame_t.payload is a C union; these flatten its cases.
static inline amqp_method_number_t belfry_amqp_frame_method(const amqp_frame_t *f) { return f->payload.method.id; }
static inline const void *belfry_amqp_frame_decoded(const amqp_frame_t *f) { return f->payload.method.decoded; }
static inline uint64_t belfry_amqp_frame_body_size(const amqp_frame_t *f) { return f->payload.properties.body_size; }
static inline const amqp_basic_properties_t *belfry_amqp_frame_properties(const amqp_frame_t *f) {
    return (const amqp_basic_properties_t *)f->payload.properties.decoded;
}
static inline amqp_bytes_t belfry_amqp_frame_body(const amqp_frame_t *f) { return f->payload.body_fragment; }

/// While corked, the socket sends full packets only: a batch of messages travels in a few, not in three each.
static inline void belfry_tcp_cork(int fd, int on) { setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

/// A send must not wait for ever for a peer that no longer answers.
static inline void belfry_tcp_timeouts(int fd, unsigned milliseconds) {
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}
