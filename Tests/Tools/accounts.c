// accounts.so: people and groups that the machine does not have, and name services that fail.
//
//   TEST_PASSWD, TEST_GROUP   files in the form of /etc/passwd and /etc/group, asked first
//   TEST_LOOKUPS              "getgrnam_r=5,getpwnam_r=34": these fail with these errno values;
//                             "getgrouplist=-1": it fails
//   TEST_SERVICES             " sshd sudo ": the services that /etc/pam.d has files for, and no others
// What the files do not know is asked of the machine.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int planned(const char *function) {
    const char *plan = getenv("TEST_LOOKUPS");
    size_t n = strlen(function);
    for (; plan; plan = strchr(plan, ',') ? strchr(plan, ',') + 1 : NULL)
        if (strncmp(plan, function, n) == 0 && plan[n] == '=') return atoi(plan + n + 1);
    return 0;
}

static FILE *open_list(const char *variable) {
    const char *path = getenv(variable);
    return path ? fopen(path, "re") : NULL;
}

// 0 and *found set, 0 and NULL when the file does not know, or ERANGE.
static int in_passwd(const char *name, uid_t uid, struct passwd *entry, char *room, size_t size,
                     struct passwd **found) {
    *found = NULL;
    FILE *file = open_list("TEST_PASSWD");
    if (!file) return 0;
    int result;
    while ((result = fgetpwent_r(file, entry, room, size, found)) == 0)
        if (name ? strcmp(entry->pw_name, name) == 0 : entry->pw_uid == uid) break;
    fclose(file);
    if (result != 0) *found = NULL;
    return result == ERANGE ? ERANGE : 0;
}

static int in_group(const char *name, gid_t gid, struct group *entry, char *room, size_t size,
                    struct group **found) {
    *found = NULL;
    FILE *file = open_list("TEST_GROUP");
    if (!file) return 0;
    int result;
    while ((result = fgetgrent_r(file, entry, room, size, found)) == 0)
        if (name ? strcmp(entry->gr_name, name) == 0 : entry->gr_gid == gid) break;
    fclose(file);
    if (result != 0) *found = NULL;
    return result == ERANGE ? ERANGE : 0;
}

#define LOOKUP(function, key_type, structure, ours, as_name, as_number)                       \
    int function(key_type key, struct structure *entry, char *room, size_t size,              \
                 struct structure **found) {                                                  \
        int (*next)(key_type, struct structure *, char *, size_t, struct structure **) =      \
            (int (*)(key_type, struct structure *, char *, size_t, struct structure **))dlsym( \
                RTLD_NEXT, #function);                                                        \
        int failure = planned(#function);                                                     \
        *found = NULL;                                                                        \
        if (failure) return failure;                                                          \
        int result = ours(as_name, as_number, entry, room, size, found);                      \
        return result || *found ? result : next(key, entry, room, size, found);               \
    }
LOOKUP(getpwnam_r, const char *, passwd, in_passwd, key, 0)
LOOKUP(getpwuid_r, uid_t, passwd, in_passwd, NULL, key)
LOOKUP(getgrnam_r, const char *, group, in_group, key, 0)
LOOKUP(getgrgid_r, gid_t, group, in_group, NULL, key)

int getgrouplist(const char *user, gid_t gid, gid_t *into, int *count) {
    int (*next)(const char *, gid_t, gid_t *, int *) =
        (int (*)(const char *, gid_t, gid_t *, int *))dlsym(RTLD_NEXT, "getgrouplist");
    if (planned("getgrouplist")) return -1;
    FILE *file = open_list("TEST_GROUP");
    if (!file) return next(user, gid, into, count);
    struct group *entry;
    int total = 1, room = *count;
    if (room > 0) into[0] = gid;
    while ((entry = fgetgrent(file)) != NULL)
        for (char **member = entry->gr_mem; *member; member++)
            if (strcmp(*member, user) == 0) {
                if (total < room) into[total] = entry->gr_gid;
                total++;
            }
    fclose(file);
    *count = total;
    return total > room ? -1 : total;
}

int access(const char *path, int mode) {
    int (*next)(const char *, int) = (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");
    const char *services = getenv("TEST_SERVICES");
    const char *const folders[] = {"/etc/pam.d", "/usr/lib/pam.d"};
    for (size_t i = 0; services && i < 2; i++) {
        size_t n = strlen(folders[i]);
        if (strncmp(path, folders[i], n) != 0) continue;
        if (strcmp(path + n, "/") == 0) return 0;
        char word[300];
        snprintf(word, sizeof word, " %s ", path + n + 1);
        if (i == 0 && strstr(services, word)) return 0;
        errno = ENOENT;
        return -1;
    }
    return next(path, mode);
}
