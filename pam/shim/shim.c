#include "shim.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/* Swift's halves of the entry points, in Sources/PAMModule/Entry.swift. */
int cachet_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv);
int cachet_account(pam_handle_t *pamh, int flags, int argc, const char **argv);
int cachet_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv);

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cachet_authenticate(pamh, flags, argc, argv);
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cachet_account(pamh, flags, argc, argv);
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return cachet_open_session(pamh, flags, argc, argv);
}

/* No credentials are kept, and hosts expect success here after a sign-in. */
int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_IGNORE;
}

int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_IGNORE;
}

int shim_prompt(pam_handle_t *pamh, const char *text, char **answer)
{
    *answer = NULL;
    return pam_prompt(pamh, PAM_PROMPT_ECHO_OFF, answer, "%s", text);
}

void shim_forget(char *answer)
{
    if (answer == NULL)
        return;
    explicit_bzero(answer, strlen(answer));
    free(answer);
}

void shim_inform(pam_handle_t *pamh, const char *text)
{
    (void)pam_info(pamh, "%s", text);
}

void shim_log(pam_handle_t *pamh, int priority, const char *line)
{
    pam_syslog(pamh, priority, "%s", line);
}

const char *shim_item(const pam_handle_t *pamh, int item)
{
    const void *text = NULL;
    return pam_get_item(pamh, item, &text) == PAM_SUCCESS ? text : NULL;
}

const char *shim_user(pam_handle_t *pamh)
{
    const char *user = NULL;
    return pam_get_user(pamh, &user, NULL) == PAM_SUCCESS ? user : NULL;
}

const char *shim_variable(pam_handle_t *pamh, const char *name)
{
    return pam_getenv(pamh, name);
}

bool shim_leave_password(pam_handle_t *pamh, const char *password)
{
    return pam_set_item(pamh, PAM_AUTHTOK, password) == PAM_SUCCESS;
}

static const char mark[] = "cachet_mfa_accepted";

void shim_mark(pam_handle_t *pamh, uintptr_t value)
{
    (void)pam_set_data(pamh, mark, (void *)value, NULL);
}

uintptr_t shim_marked(const pam_handle_t *pamh)
{
    const void *value = NULL;
    return pam_get_data(pamh, mark, &value) == PAM_SUCCESS ? (uintptr_t)value : 0;
}
