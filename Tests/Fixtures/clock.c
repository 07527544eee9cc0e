// Preloaded into a program, lets it run at another time of day: CLOCK_OFFSET_SECONDS is added to it, or the 64-bit number
// in the file that has the program's name in the folder CLOCK_OFFSET_FOLDER. That file may change at any time. Clocks that
// measure how long something takes stay as they are. (libfaketime also changes when timers end.)
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t own_offset_seconds;
static volatile int64_t *offset_seconds = &own_offset_seconds;

// A program without a file has the right time.
static void map_offset(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, program_invocation_short_name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof *offset_seconds, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (memory != MAP_FAILED) offset_seconds = memory;
}

__attribute__((constructor)) static void read_offset(void) {
    const char *text = getenv("CLOCK_OFFSET_SECONDS");
    own_offset_seconds = text ? atol(text) : 0;
    const char *folder = getenv("CLOCK_OFFSET_FOLDER");
    if (folder) map_offset(folder);
}

int clock_gettime(clockid_t clock, struct timespec *result) {
    int status = (int)syscall(SYS_clock_gettime, clock, result);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) result->tv_sec += *offset_seconds;
    return status;
}

int gettimeofday(struct timeval *result, void *zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
