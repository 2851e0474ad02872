/*
 * What the command line needs of the terminal and the system log, and Swift cannot see or must not
 * do: termios with its signals, a variadic syslog, broken-down time.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#pragma clang assume_nonnull begin

static inline int last_error(void) { return errno; }

/* What the system calls error `code`. */
static inline const char *error_name(int code) { return strerror(code); }

static inline int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

/* Whether there is something at `path`, as far as anybody can tell. */
static inline bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

/*
 * Shows `body` the name of each file in `folder`, hidden ones apart, in no order; false where the
 * folder cannot be read.
 */
bool each_name(const char *folder, void (*body)(const char *name, void *context), void *context);

/* The working folder into `room`; false where it is gone or too long. */
static inline bool working_folder(char *room, size_t size) { return getcwd(room, size) != NULL; }

/*
 * The words of the command line behind the program's name, and how many. Swift reads them from /proc,
 * and finds none where that is not mounted.
 */
int argument_count(void);
const char *argument(int index);

/* Columns of the terminal at `fd`, 0 where it is none or does not tell. */
int terminal_columns(int fd);

/*
 * Reads one line from `fd` into `room`, without its newline; at most `size` bytes, the rest of a
 * longer line is dropped. -1 at the end of input, on failure, and after a signal that ends the
 * process was held back. Nothing is read ahead.
 */
ssize_t read_line(int fd, unsigned char *room, size_t size);

/*
 * The same from a terminal, without echo. The terminal is restored before a signal takes its effect;
 * `again` is written to `prompt_fd` when the process was stopped and goes on.
 */
ssize_t read_line_hidden(int fd, unsigned char *room, size_t size, int prompt_fd, const char *again);

/* One line to the system log, facility authpriv; whether it arrives nobody tells. */
void log_line(const char *line);

/* `seconds` since the epoch as "YYYY-MM-DD HH:MM" here, or as "YYYY-MM-DDTHH:MM:SSZ" in UTC. */
bool format_time(int64_t seconds, bool utc, char *room, size_t size);

/* The value of `name` in the environment, or NULL. */
const char *_Nullable environment(const char *name);

/* The host's name into `room`; empty where it has none. */
void host_name(char *room, size_t size);

/*
 * Becomes the program `name` in the folder of this one, with `arguments` (NULL behind the last).
 * Returns only if that failed: the errno.
 */
int become_neighbour(const char *name, char *_Nullable const *_Nonnull arguments);

#pragma clang assume_nonnull end
