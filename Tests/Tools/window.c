#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pamtry.h"

// atcall counts between these two system calls, which fail and change nothing.
enum { WINDOW_OPEN = -770001, WINDOW_CLOSE = -770002 };

long fail_allocation = -1;
static bool inside;

static void *symbol(const char *name) { return dlsym(RTLD_DEFAULT, name); }

void window_open(void) {
    static void (*arm)(long);
    if (!arm) arm = (void (*)(long))symbol("test_allocations_arm");
    inside = true;
    if (arm && fail_allocation >= 0) arm(fail_allocation);
    syscall(SYS_getpgid, WINDOW_OPEN);
}

void window_close(void) {
    static void (*disarm)(void);
    if (!inside) return;
    inside = false;
    syscall(SYS_getpgid, WINDOW_CLOSE);
    if (!disarm) disarm = (void (*)(void))symbol("test_allocations_disarm");
    if (disarm) disarm();
}

long window_allocations(void) {
    long (*count)(void) = (long (*)(void))symbol("test_allocations_count");
    return count ? count() : -1;
}

bool clock_move(const char *to) {
    void (*move)(const char *) = (void (*)(const char *))symbol("test_clock_move");
    if (!move) return say("error", "no clock", to), false;
    move(to);
    return true;
}
