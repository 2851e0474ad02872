// clock.so: moves CLOCK_REALTIME, and CLOCK_BOOTTIME with it, for a program under test.
//
//   +90, -3600     seconds from now        @1700000000   stands still at this second
//   fail           clock_gettime and time fail
//
// The word comes from TEST_CLOCK, or from the file /run/test-clock, which is read at every
// question (a test root has one; setuid programs there are preloaded by /etc/ld.so.preload).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char set[32];

void test_clock_move(const char *to) {
    strncpy(set, to, sizeof set - 1);
}

static void word(char text[static 32]) {
    const char *value = *set ? set : getenv("TEST_CLOCK");
    memset(text, 0, 32);
    if (value) {
        strncpy(text, value, 31);
        return;
    }
    int saved = errno;
    long file = syscall(SYS_openat, AT_FDCWD, "/run/test-clock", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        if (syscall(SYS_read, file, text, 31) < 0) *text = 0;
        syscall(SYS_close, file);
    }
    errno = saved;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    char text[32];
    long done = syscall(SYS_clock_gettime, clock, now);
    if (done != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE && clock != CLOCK_BOOTTIME))
        return (int)done;
    word(text);
    if (strncmp(text, "fail", 4) == 0) return errno = EINVAL, -1;
    if (*text == '@') *now = (struct timespec){.tv_sec = strtoll(text + 1, NULL, 10)};
    else if (*text) now->tv_sec += strtoll(text, NULL, 10);
    return 0;
}

time_t time(time_t *into) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict into, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    *into = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}
