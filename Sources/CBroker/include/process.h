/* What the broker does about its own process, which is nobody's host. Conventions as in platform.h. */
#pragma once

#include <stdbool.h>

#pragma clang assume_nonnull begin

/*
 * Ends this process `seconds` from now, whatever it is at; leaves no core file, and keeps others out
 * of its memory. False where one of these could not be had.
 */
bool bound_process(unsigned seconds);

/* One line to the system log, facility authpriv, as `name`. */
void log_as(const char *name, int priority, const char *line);

#pragma clang assume_nonnull end
