#pragma once
#include <libpq-fe.h>
#include <sys/socket.h>

// The parts of an error (`PG_DIAG_…`) are macros of characters, which Swift takes for integers of another type.
static const int belfry_pg_state = PG_DIAG_SQLSTATE;
static const int belfry_pg_message = PG_DIAG_MESSAGE_PRIMARY;
static const int belfry_pg_detail = PG_DIAG_MESSAGE_DETAIL;

// The type of a pointer to a function is not exact in Swift.
static inline void belfry_pg_ignore_notice(void *context, const PGresult *result) {}
static inline void belfry_pg_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, belfry_pg_ignore_notice, 0);
}
