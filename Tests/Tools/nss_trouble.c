// libnss_trouble.so.2: a name service in trouble, for /etc/nsswitch.conf of a test host:
//
//   group: files trouble
//
// Answers what /run/trouble says, per kind of question: "group=unavail", "passwd=tryagain",
// "group=notfound" (the default); lines may be added and taken away while programs run. Names asked
// for of the shadow file are noted in /run/asked, a line each, where that file is.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum nss_status answer(const char *kind, int *error) {
    char text[256];
    int file = open("/run/trouble", O_RDONLY | O_CLOEXEC);
    ssize_t n = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[n > 0 ? n : 0] = 0;
    const char *word = strstr(text, kind);
    word = word ? word + strlen(kind) : "";
    if (strncmp(word, "=unavail", 8) == 0) return *error = ENOENT, NSS_STATUS_UNAVAIL;
    if (strncmp(word, "=tryagain", 9) == 0) return *error = EAGAIN, NSS_STATUS_TRYAGAIN;
    return *error = ENOENT, NSS_STATUS_NOTFOUND;
}

#define LOOKUP(function, key, structure, kind)                                              \
    enum nss_status _nss_trouble_##function(key asked, struct structure *entry, char *room, \
                                            size_t size, int *error) {                      \
        (void)asked, (void)entry, (void)room, (void)size;                                   \
        return answer(kind, error);                                                         \
    }
LOOKUP(getpwnam_r, const char *, passwd, "passwd")
LOOKUP(getpwuid_r, uid_t, passwd, "passwd")
LOOKUP(getgrnam_r, const char *, group, "group")
LOOKUP(getgrgid_r, gid_t, group, "group")

enum nss_status _nss_trouble_getspnam_r(const char *name, struct spwd *entry, char *room, size_t size,
                                        int *error) {
    (void)entry, (void)room, (void)size;
    int file = open("/run/asked", O_WRONLY | O_APPEND | O_CLOEXEC);
    if (file >= 0) {
        dprintf(file, "%s\n", name);
        close(file);
    }
    return answer("shadow", error);
}

enum nss_status _nss_trouble_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
                                            gid_t **groups, long limit, int *error) {
    (void)user, (void)group, (void)start, (void)size, (void)groups, (void)limit;
    return answer("group", error);
}
