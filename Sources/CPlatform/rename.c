/* In a file of its own: renameat2 wants _GNU_SOURCE, which changes other headers' types. */
#define _GNU_SOURCE
#include "platform.h"

int rename_new(int folder, const char *from, const char *to)
{
    int done = renameat2(folder, from, folder, to, RENAME_NOREPLACE);
    if (done == 0 || errno != EINVAL)
        return done;
    return renameat(folder, from, folder, to);
}
