/*
 * What Swift cannot see of libc: variadic functions, errno, atomics, and struct fields that are
 * macros. Every function keeps libc's own convention: -1 (or NULL) and errno. No function here
 * retries on EINTR or keeps state.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#pragma clang assume_nonnull begin

static inline int last_errno(void) { return errno; }

static inline int open_at(int folder, const char *name, int flags, mode_t mode)
{
    return openat(folder, name, flags, mode);
}

/* Renames within `folder`, EEXIST where `to` is there; older file systems know no such flag. */
int rename_new(int folder, const char *from, const char *to);

/* What the rules of trusted opening ask about an open file. */
struct file_facts {
    mode_t mode;
    uid_t owner;
    nlink_t links;
    int64_t size;
};

static inline int file_facts_of(int fd, struct file_facts *facts)
{
    struct stat s;
    if (fstat(fd, &s) != 0)
        return -1;
    *facts = (struct file_facts){s.st_mode, s.st_uid, s.st_nlink, s.st_size};
    return 0;
}

static inline bool is_regular(mode_t mode) { return S_ISREG(mode); }
static inline bool is_sticky(mode_t mode) { return (mode & S_ISVTX) != 0; }
static inline bool is_readable_by_others(mode_t mode) { return (mode & (S_IRGRP | S_IROTH)) != 0; }
static inline bool is_writable_by_others(mode_t mode) { return (mode & (S_IWGRP | S_IWOTH)) != 0; }

/* Whether `name` in `folder` is a symbolic link; false also where nobody can tell. */
static inline bool is_symlink_at(int folder, const char *name)
{
    struct stat s;
    return fstatat(folder, name, &s, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(s.st_mode);
}

/* A directory stream on a descriptor of its own; NULL and errno on failure. */
static inline DIR *_Nullable open_stream(int folder)
{
    int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        return NULL;
    DIR *stream = fdopendir(own);
    if (stream == NULL)
        close(own);
    return stream;
}

/* The next name of a stream, NULL at the end with errno 0, NULL and errno on failure. */
static inline const char *_Nullable next_name(DIR *stream)
{
    errno = 0;
    struct dirent *entry = readdir(stream);
    return entry == NULL ? NULL : entry->d_name;
}

/*
 * Free room for a copy-on-write of a page: -1 with errno, 0 when the file system writes in place,
 * 1 when it copies on write and has room, 2 when it copies on write and is full.
 */
static inline int copy_on_write_room(int fd)
{
    struct statfs s;
    if (fstatfs(fd, &s) != 0)
        return -1;
    switch ((unsigned long)s.f_type) {
    case 0x9123683EUL: /* btrfs */
    case 0x2FC12FC1UL: /* ZFS */
    case 0x794C7630UL: /* overlayfs: the first write copies the file up */
    case 0xCA451A4EUL: /* bcachefs */
        return s.f_bavail > 256 ? 1 : 2;
    default:
        return 0;
    }
}

/*
 * Locks the byte at `place`, where a file need not have one, for this process: until it closes the
 * file or ends. -1 with EAGAIN or EACCES where another process has it.
 */
static inline int lock_byte(int fd, off_t place)
{
    struct flock byte = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};
    return fcntl(fd, F_SETLK, &byte);
}

/* Maps `length` bytes of `fd` shared and writable; NULL and errno on failure. */
static inline void *_Nullable map_shared(int fd, size_t length)
{
    void *page = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return page == MAP_FAILED ? NULL : page;
}

/* Replaces the word at `word` by `desired` if it still is `expected`. */
static inline bool word_swap(void *word, uint64_t expected, uint64_t desired)
{
    return __atomic_compare_exchange_n((uint64_t *)word, &expected, desired, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static inline uint64_t word_load(const void *word)
{
    return __atomic_load_n((const uint64_t *)word, __ATOMIC_ACQUIRE);
}

/*
 * Replaces an address of `length` bytes in `room` by the network that counts as one origin, in its one
 * spelling: of an IPv6 address its /64, an IPv4 address itself, also where it comes in an IPv6 address
 * (::ffff:192.0.2.1). The new length; where it is no address, or `room` has less than 46 bytes, it stays.
 */
size_t network_of(char *room, size_t size, size_t length);

/* Seconds since the epoch, -1 when the clock cannot be read. */
static inline int64_t clock_seconds(void)
{
    struct timespec now;
    return clock_gettime(CLOCK_REALTIME, &now) == 0 ? (int64_t)now.tv_sec : -1;
}

/* Seconds since the machine was started, sleep included, whatever the clock says; -1 on failure. */
int64_t seconds_since_boot(void);

/* Sleeps once; a signal may cut it short, and the caller looks again anyway. */
static inline void pause_milliseconds(long milliseconds)
{
    struct timespec length = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    (void)nanosleep(&length, NULL);
}

#pragma clang assume_nonnull end
