// allocations.so: lets the n-th allocation after test_allocations_arm(n) fail; 0 only counts.
// pamtry arms it around each call into libpam and disarms it inside conversations.
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static long wanted, counted;
static bool armed;

void test_allocations_arm(long n) {
    wanted = n;
    armed = true;
}
void test_allocations_disarm(void) { armed = false; }
long test_allocations_count(void) { return counted; }

static bool fails(void) {
    if (!armed || ++counted != wanted) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return fails() ? NULL : __libc_realloc(old, size); }
void *reallocarray(void *old, size_t n, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(n, size, &all)) return errno = ENOMEM, NULL;
    return realloc(old, all);
}
void *memalign(size_t align, size_t size) { return fails() ? NULL : __libc_memalign(align, size); }
void *aligned_alloc(size_t align, size_t size) { return memalign(align, size); }
int posix_memalign(void **into, size_t align, size_t size) {
    if (align % sizeof(void *) != 0 || (align & (align - 1)) != 0) return EINVAL;
    void *room = memalign(align, size);
    if (!room) return ENOMEM;
    *into = room;
    return 0;
}
