/* In a file of its own: CLOCK_BOOTTIME wants _GNU_SOURCE, which changes other headers' types. */
#define _GNU_SOURCE
#include "platform.h"

int64_t seconds_since_boot(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_BOOTTIME, &now) == 0 ? (int64_t)now.tv_sec : -1;
}
