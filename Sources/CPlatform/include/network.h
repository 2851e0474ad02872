/* Addresses of a network. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/* Room for a network and its NUL. */
#define NETWORK_LENGTH 46

/*
 * The network that counts as one origin, in its one spelling: of an IPv6 address its /64, an IPv4
 * address itself, also where it comes in an IPv6 address (::ffff:192.0.2.1). False for what is no
 * address.
 */
bool network_of(const char *host, char *room, size_t size);

#pragma clang assume_nonnull end
