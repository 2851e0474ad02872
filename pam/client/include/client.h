/*
 * The broker as an application of libpam: is a password right, may an account be used. One
 * transaction for each question; no delay of libpam's is waited for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

enum client_answer {
    CLIENT_YES,
    CLIENT_WRONG,       /* the password is wrong, or there is no such account */
    CLIENT_SHUT,        /* account or password expired, or the account is locked */
    CLIENT_UNAVAILABLE, /* nobody could tell */
};

/* Verifies `password` at the PAM service `service`, and then the account. */
enum client_answer client_password(const char *service, const char *user, const char *_Nullable rhost,
                                   const char *password);

/* Verifies the account alone. */
enum client_answer client_account(const char *service, const char *user, const char *_Nullable rhost);

/* Does the work of verifying a local password without an answer. */
void client_pretend(const char *_Nullable user, const char *password);

/*
 * Copies the password field of `user` in the shadow file into `room`, empty where there is none;
 * false where it could not be read or does not fit.
 */
bool client_shadow_field(const char *user, char *room, size_t size);

#pragma clang assume_nonnull end
