// pam_probe.so: a test module that stands beside the one under test.
//
//   set=TEXT       leave TEXT as PAM_AUTHTOK, as a password module would
//   unset          remove PAM_AUTHTOK
//   record         report PAM_AUTHTOK (hex, or "none") and PAM_USER in the PAM environment
//   return=N       answer with this PAM code (default: PAM_IGNORE)
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void record(pam_handle_t *handle) {
    const void *secret = NULL, *name = NULL;
    char text[32768] = "PROBE_AUTHTOK=none";
    if (pam_get_item(handle, PAM_AUTHTOK, &secret) == PAM_SUCCESS && secret) {
        size_t n = (size_t)snprintf(text, sizeof text, "PROBE_AUTHTOK=hex:");
        for (const unsigned char *c = secret; *c && n < sizeof text - 3; c++)
            n += (size_t)snprintf(text + n, 3, "%02x", *c);
    }
    pam_putenv(handle, text);
    if (pam_get_item(handle, PAM_USER, &name) == PAM_SUCCESS && name) {
        snprintf(text, sizeof text, "PROBE_USER=%s", (const char *)name);
        pam_putenv(handle, text);
    }
}

static int probe(pam_handle_t *handle, int count, const char **words) {
    int result = PAM_IGNORE;
    for (int i = 0; i < count; i++) {
        if (strncmp(words[i], "set=", 4) == 0) pam_set_item(handle, PAM_AUTHTOK, words[i] + 4);
        else if (strcmp(words[i], "unset") == 0) pam_set_item(handle, PAM_AUTHTOK, NULL);
        else if (strcmp(words[i], "record") == 0) record(handle);
        else if (strncmp(words[i], "return=", 7) == 0) result = atoi(words[i] + 7);
        else return PAM_ABORT;
    }
    return result;
}

#define ENTRY(name)                                                                  \
    int name(pam_handle_t *handle, int flags, int count, const char **words) {       \
        (void)flags;                                                                 \
        return probe(handle, count, words);                                          \
    }
ENTRY(pam_sm_authenticate)
ENTRY(pam_sm_setcred)
ENTRY(pam_sm_acct_mgmt)
ENTRY(pam_sm_open_session)
ENTRY(pam_sm_close_session)
ENTRY(pam_sm_chauthtok)
