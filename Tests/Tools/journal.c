// journal.so: writes what a program would send to syslog to the file TEST_JOURNAL instead,
// one "<priority> text" per line. Preloaded by tests, so that nothing reaches the machine's log.
#define _GNU_SOURCE
#include <fcntl.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

static void record(int priority, const char *format, va_list values) {
    char line[4096];
    const char *path = getenv("TEST_JOURNAL");
    int head = snprintf(line, sizeof line, "<%d> ", priority);
    int body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, values);
    if (body < 0 || !path) return;
    size_t n = (size_t)(head + body);
    if (n > sizeof line - 2) n = sizeof line - 2;
    line[n++] = '\n';
    int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    // As with syslog: who writes never hears that it failed.
    if (write(file, line, n) < 0) {}
    close(file);
}

void pam_vsyslog(const pam_handle_t *handle, int priority, const char *format, va_list values) {
    (void)handle;
    record(LOG_AUTHPRIV | priority, format, values);
}

void pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...) {
    va_list values;
    va_start(values, format);
    pam_vsyslog(handle, priority, format, values);
    va_end(values);
}

void vsyslog(int priority, const char *format, va_list values) { record(priority, format, values); }

void syslog(int priority, const char *format, ...) {
    va_list values;
    va_start(values, format);
    record(priority, format, values);
    va_end(values);
}

void __syslog_chk(int priority, int flag, const char *format, ...) {
    va_list values;
    (void)flag;
    va_start(values, format);
    record(priority, format, values);
    va_end(values);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list values) {
    (void)flag;
    record(priority, format, values);
}
