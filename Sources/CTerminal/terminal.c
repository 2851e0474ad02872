#define _GNU_SOURCE
#include "terminal.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int words;
static char **word;

/* The GNU C library calls constructors with what main gets. */
__attribute__((constructor)) static void keep_arguments(int count, char **values)
{
    words = count;
    word = values;
}

int argument_count(void) { return words > 0 ? words - 1 : 0; }

const char *argument(int index) { return word[index + 1]; }

int terminal_columns(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static volatile sig_atomic_t caught;

static void catch_signal(int number) { caught = number; }

static ssize_t read_bytes(int fd, unsigned char *room, size_t size)
{
    size_t count = 0;
    for (;;) {
        unsigned char byte;
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && errno == EINTR && caught == 0)
            continue;
        if (got < 0 || (got == 0 && count == 0))
            return -1;
        if (got == 0 || byte == '\n')
            return (ssize_t)count;
        if (count < size)
            room[count++] = byte;
    }
}

ssize_t read_line(int fd, unsigned char *room, size_t size)
{
    caught = 0;
    return read_bytes(fd, room, size);
}

ssize_t read_line_hidden(int fd, unsigned char *room, size_t size, int prompt_fd, const char *again)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGALRM, SIGPIPE};
    enum { many = sizeof signals / sizeof *signals };
    struct sigaction former[many];
    struct termios shown;

    for (;;) {
        if (tcgetattr(fd, &shown) != 0)
            return -1;
        /* No SA_RESTART: a signal must end the read. */
        struct sigaction action = {.sa_handler = catch_signal};
        sigemptyset(&action.sa_mask);
        caught = 0;
        for (int i = 0; i < many; i++)
            sigaction(signals[i], &action, &former[i]);

        struct termios hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        ssize_t count = -1;
        if (tcsetattr(fd, TCSAFLUSH, &hidden) == 0)
            count = read_bytes(fd, room, size);
        tcsetattr(fd, TCSAFLUSH, &shown);
        (void)!write(prompt_fd, "\n", 1);

        for (int i = 0; i < many; i++)
            sigaction(signals[i], &former[i], NULL);
        if (caught == 0)
            return count;
        explicit_bzero(room, size);
        int number = caught;
        raise(number);
        if (number != SIGTSTP)
            return -1;
        (void)!write(prompt_fd, again, strlen(again));
    }
}

void log_line(const char *line) { syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line); }

bool format_time(int64_t seconds, bool utc, char *room, size_t size)
{
    time_t time = (time_t)seconds;
    struct tm parts;
    if ((utc ? gmtime_r(&time, &parts) : localtime_r(&time, &parts)) == NULL)
        return false;
    return strftime(room, size, utc ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d %H:%M", &parts) > 0;
}

const char *environment(const char *name) { return getenv(name); }

void host_name(char *room, size_t size)
{
    room[0] = 0;
    if (gethostname(room, size) == 0)
        room[size - 1] = 0;
}

int become_neighbour(const char *name, char *const *arguments)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    if (length < 0) {
        /* Where /proc is not mounted: the name by which the kernel was asked for this program. */
        const char *asked = (const char *)getauxval(AT_EXECFN);
        if (asked == NULL || realpath(asked, path) == NULL)
            return errno;
        length = (ssize_t)strlen(path);
    }
    while (length > 0 && path[length - 1] != '/')
        length--;
    if ((size_t)length + strlen(name) >= sizeof path)
        return ENAMETOOLONG;
    strcpy(path + length, name);
    execv(path, arguments);
    return errno;
}

bool each_name(const char *folder, void (*body)(const char *name, void *context), void *context)
{
    DIR *open = opendir(folder);
    if (open == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] != '.')
            body(entry->d_name, context);
    closedir(open);
    return true;
}
