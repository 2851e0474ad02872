/* The data that this program brings along: see advisories.json. */
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

const unsigned char *bundled_advisories(void);
size_t bundled_advisories_size(void);

#pragma clang assume_nonnull end
