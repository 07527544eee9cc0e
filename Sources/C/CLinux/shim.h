#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// prctl is variadic, which Swift cannot call; pthread_setname_np hides behind _GNU_SOURCE.
static inline void belfry_name_this_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int belfry_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline int belfry_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

// epoll_data is a C union; only its fd is used here.
static inline int belfry_epoll_control(int epoll, int operation, int fd, uint32_t events) {
    struct epoll_event event = {.events = events, .data = {.fd = fd}};
    return epoll_ctl(epoll, operation, fd, &event);
}

static inline int belfry_epoll_fd(const struct epoll_event *event) { return event->data.fd; }
