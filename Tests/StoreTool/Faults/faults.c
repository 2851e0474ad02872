#define _GNU_SOURCE
#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 4096 };

static struct shared {
    long count;
    char hit[32];
    char said[256];
    char shown[32];
    pthread_barrier_t barrier;
    unsigned tallies[ROUNDS];
} *shared;

static enum fault_kind armed = FAULT_NONE;
static bool counting, durable;
static int error_number;
static long target;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Whether the call that is about to be made is the one to fail; kills instead where so armed. */
static bool hits(const char *name) {
    if (!counting || ++shared->count != target || armed == FAULT_NONE) return false;
    snprintf(shared->hit, sizeof shared->hit, "%s", name);
    if (armed == FAULT_KILL) kill(getpid(), SIGKILL);
    if (armed == FAULT_SHORT) return strcmp(name, "write") == 0;
    errno = error_number;
    return true;
}

/* The store's calls bind to these, because a program's own symbols come before libc's. */

int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    int (*real)(int, const char *, int, ...) = next("openat");
    return hits("openat") ? -1 : real(folder, path, flags, mode);
}

int fstat(int fd, struct stat *facts) {
    int (*real)(int, struct stat *) = next("fstat");
    return hits("fstat") ? -1 : real(fd, facts);
}

int fstatat(int fd, const char *path, struct stat *facts, int flags) {
    int (*real)(int, const char *, struct stat *, int) = next("fstatat");
    return hits("fstatat") ? -1 : real(fd, path, facts, flags);
}

int fstatfs(int fd, struct statfs *facts) {
    int (*real)(int, struct statfs *) = next("fstatfs");
    return hits("fstatfs") ? -1 : real(fd, facts);
}

ssize_t read(int fd, void *bytes, size_t count) {
    ssize_t (*real)(int, void *, size_t) = next("read");
    return hits("read") ? -1 : real(fd, bytes, count);
}

ssize_t pread(int fd, void *bytes, size_t count, off_t at) {
    ssize_t (*real)(int, void *, size_t, off_t) = next("pread");
    return hits("pread") ? -1 : real(fd, bytes, count, at);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t (*real)(int, const void *, size_t) = next("write");
    bool hit = hits("write");
    if (hit && armed == FAULT_SHORT) return real(fd, bytes, count / 2 + 1);
    return hit ? -1 : real(fd, bytes, count);
}

/* Nothing has to reach the disk where only processes are killed. */
int fsync(int fd) {
    int (*real)(int) = next("fsync");
    if (hits("fsync")) return -1;
    return durable ? real(fd) : 0;
}

int fdatasync(int fd) {
    int (*real)(int) = next("fdatasync");
    if (hits("fdatasync")) return -1;
    return durable ? real(fd) : 0;
}

int mkdirat(int folder, const char *name, mode_t mode) {
    int (*real)(int, const char *, mode_t) = next("mkdirat");
    return hits("mkdirat") ? -1 : real(folder, name, mode);
}

int unlinkat(int folder, const char *name, int flags) {
    int (*real)(int, const char *, int) = next("unlinkat");
    return hits("unlinkat") ? -1 : real(folder, name, flags);
}

int renameat(int from, const char *old, int to, const char *new) {
    int (*real)(int, const char *, int, const char *) = next("renameat");
    return hits("renameat") ? -1 : real(from, old, to, new);
}

int renameat2(int from, const char *old, int to, const char *new, unsigned flags) {
    int (*real)(int, const char *, int, const char *, unsigned) = next("renameat2");
    return hits("renameat2") ? -1 : real(from, old, to, new, flags);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
    int (*real)(int, const char *, int, const char *, int) = next("linkat");
    return hits("linkat") ? -1 : real(from, old, to, new, flags);
}

int flock(int fd, int operation) {
    int (*real)(int, int) = next("flock");
    return hits("flock") ? -1 : real(fd, operation);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    void *(*real)(void *, size_t, int, int, int, off_t) = next("mmap");
    return fd >= 0 && hits("mmap") ? MAP_FAILED : real(at, length, protection, flags, fd, offset);
}

int close(int fd) {
    int (*real)(int) = next("close");
    bool hit = hits("close");
    int code = errno, done = real(fd);
    if (hit) errno = code;
    return hit ? -1 : done;
}

DIR *fdopendir(int fd) {
    DIR *(*real)(int) = next("fdopendir");
    return hits("fdopendir") ? NULL : real(fd);
}

struct dirent *readdir(DIR *stream) {
    struct dirent *(*real)(DIR *) = next("readdir");
    return hits("readdir") ? NULL : real(stream);
}

ssize_t getrandom(void *bytes, size_t count, unsigned flags) {
    ssize_t (*real)(void *, size_t, unsigned) = next("getrandom");
    return hits("getrandom") ? -1 : real(bytes, count, flags);
}

/* ------------------------------------------------------------------------------------------ */

bool faults_begin(void) {
    void *room = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return false;
    shared = room;
    return true;
}

void faults_arm(enum fault_kind kind, int number, long at) {
    shared->count = 0;
    shared->hit[0] = shared->said[0] = shared->shown[0] = '\0';
    armed = kind;
    error_number = number;
    target = at;
    counting = true;
}

void faults_sync(void) { durable = true; }
void faults_disarm(void) { counting = false; }
long faults_count(void) { return shared->count; }
const char *faults_hit(void) { return shared->hit; }
bool faults_any_hit(void) { return shared->hit[0] != '\0'; }
void faults_say(const char *text) { snprintf(shared->said, sizeof shared->said, "%s", text); }
const char *faults_said(void) { return shared->said; }
void faults_show(const char *code) { snprintf(shared->shown, sizeof shared->shown, "%s", code); }
const char *faults_shown(void) { return shared->shown; }

pid_t fork_child(void) { return fork(); }
void leave_child(int status) { _exit(status); }

int wait_for(pid_t child, bool or_stopped) {
    int status;
    while (waitpid(child, &status, or_stopped ? WUNTRACED : 0) < 0)
        if (errno != EINTR) return -1;
    if (WIFSTOPPED(status)) return 256 + WSTOPSIG(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool become(uid_t user) {
    if (user == getuid()) return true;
    return setgroups(0, NULL) == 0 && setresgid(user, user, user) == 0 &&
           setresuid(user, user, user) == 0;
}

void stop_here(void) { kill(getpid(), SIGSTOP); }
void go_on(pid_t child) { kill(child, SIGCONT); }
bool has_stopped(int status) { return status == 256 + SIGSTOP; }

bool fill_disk(const char *file) {
    static const char bytes[1 << 16] = {1};
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    for (size_t size = sizeof bytes; size > 0; size /= 16)
        while (write(fd, bytes, size) > 0) {}
    bool full = write(fd, bytes, 1) < 0 && errno == ENOSPC;
    close(fd);
    return full;
}

bool barrier_make(unsigned count) {
    pthread_barrierattr_t wishes;
    pthread_barrierattr_init(&wishes);
    pthread_barrierattr_setpshared(&wishes, PTHREAD_PROCESS_SHARED);
    memset(shared->tallies, 0, sizeof shared->tallies);
    return pthread_barrier_init(&shared->barrier, &wishes, count) == 0;
}

void barrier_wait(void) { pthread_barrier_wait(&shared->barrier); }
void tally_add(unsigned round) { __atomic_fetch_add(&shared->tallies[round % ROUNDS], 1, __ATOMIC_SEQ_CST); }
unsigned tally(unsigned round) { return __atomic_load_n(&shared->tallies[round % ROUNDS], __ATOMIC_SEQ_CST); }
