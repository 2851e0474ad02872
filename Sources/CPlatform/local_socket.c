/* In a file of its own: struct ucred wants _GNU_SOURCE, which changes other headers' types. */
#define _GNU_SOURCE
#include "local_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>

int connect_local(const char *path, int seconds)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    struct timeval patience = {.tv_sec = seconds};
    int done = setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (done == 0)
        do
            done = connect(fd, (struct sockaddr *)&address, sizeof address);
        while (done != 0 && errno == EINTR);
    if (done != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

bool is_socket_called(int fd, const char *name)
{
    /* One byte more than the kernel fills: a path need not end in NUL. */
    union {
        struct sockaddr_un address;
        char room[sizeof(struct sockaddr_un) + 1];
    } own = {.room = {0}};
    socklen_t length = sizeof own.address;
    if (getsockname(fd, (struct sockaddr *)&own.address, &length) != 0 ||
        own.address.sun_family != AF_UNIX)
        return false;
    const char *last = strrchr(own.address.sun_path, '/');
    return last != NULL && strcmp(last + 1, name) == 0;
}

int peer_user(int fd, uid_t *uid)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return -1;
    if (length != sizeof peer) {
        errno = EPROTO;
        return -1;
    }
    *uid = peer.uid;
    return 0;
}
