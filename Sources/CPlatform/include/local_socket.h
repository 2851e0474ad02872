/* Sockets of this machine, as far as Swift cannot see them. Conventions as in platform.h. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#pragma clang assume_nonnull begin

/*
 * A connection to the socket at `path`; -1 and errno where there is none within `seconds`. A full
 * queue is waited for, not asked twice.
 */
int connect_local(const char *path, int seconds);

/* Whether the socket that `fd` was accepted from lies at a path that ends in `/name`. */
bool is_socket_called(int fd, const char *name);

/* The user who made the other end: connected, or called listen(). */
int peer_user(int fd, uid_t *uid);

/* As send(2), of what goes at once; a closed other end is EPIPE and no signal. */
static inline ssize_t send_bytes(int fd, const void *bytes, size_t count)
{
    return send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Waits until `fd` can be read or `deadline` (monotonic_milliseconds) has come: 1, 0, or -1. */
static inline int wait_readable(int fd, int milliseconds)
{
    struct pollfd one = {.fd = fd, .events = POLLIN};
    return poll(&one, 1, milliseconds);
}

static inline int wait_writable(int fd, int milliseconds)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    return poll(&one, 1, milliseconds);
}

/* Since some time in the past, -1 when that clock cannot be read. */
static inline int64_t monotonic_milliseconds(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return -1;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sleeps until monotonic_milliseconds() says so; 0, or an error number, as of a signal that came. */
static inline int pause_until(int64_t milliseconds)
{
    struct timespec then = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL);
}

#pragma clang assume_nonnull end
