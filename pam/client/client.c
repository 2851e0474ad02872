#include "client.h"

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

/* The password for each hidden prompt; whoever asks for anything else gets nothing at all. */
static int answer(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *password)
{
    if (count <= 0 || count > PAM_MAX_NUM_MSG)
        return PAM_CONV_ERR;
    struct pam_response *given = calloc((size_t)count, sizeof *given);
    if (given == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        switch (messages[i]->msg_style) {
        case PAM_PROMPT_ECHO_OFF:
            given[i].resp = password == NULL ? NULL : strdup(password);
            if (given[i].resp == NULL)
                goto refuse;
            break;
        case PAM_TEXT_INFO:
        case PAM_ERROR_MSG: break;
        default: goto refuse;
        }
    }
    *responses = given;
    return PAM_SUCCESS;

refuse:
    for (int i = 0; i < count; i++)
        if (given[i].resp != NULL) {
            explicit_bzero(given[i].resp, strlen(given[i].resp));
            free(given[i].resp);
        }
    free(given);
    return PAM_CONV_ERR;
}

/* The replies leave on a clock of the broker's own. */
static void no_delay(int status, unsigned microseconds, void *data)
{
    (void)status, (void)microseconds, (void)data;
}

static pam_handle_t *begin(const char *service, const char *user, const char *rhost,
                           const struct pam_conv *conversation)
{
    pam_handle_t *pamh = NULL;
    if (pam_start(service, user, conversation, &pamh) != PAM_SUCCESS)
        return NULL;
    if (pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)no_delay) == PAM_SUCCESS &&
        (rhost == NULL || pam_set_item(pamh, PAM_RHOST, rhost) == PAM_SUCCESS))
        return pamh;
    (void)pam_end(pamh, PAM_SYSTEM_ERR);
    return NULL;
}

static enum client_answer account(pam_handle_t *pamh)
{
    switch (pam_acct_mgmt(pamh, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK)) {
    case PAM_SUCCESS: return CLIENT_YES;
    case PAM_ACCT_EXPIRED:
    case PAM_NEW_AUTHTOK_REQD:
    case PAM_AUTHTOK_EXPIRED:
    case PAM_AUTH_ERR:
    case PAM_PERM_DENIED:
    case PAM_USER_UNKNOWN: return CLIENT_SHUT;
    default: return CLIENT_UNAVAILABLE;
    }
}

enum client_answer client_password(const char *service, const char *user, const char *rhost,
                                   const char *password)
{
    const struct pam_conv conversation = {.conv = answer, .appdata_ptr = (void *)password};
    pam_handle_t *pamh = begin(service, user, rhost, &conversation);
    if (pamh == NULL)
        return CLIENT_UNAVAILABLE;
    enum client_answer result;
    int status = pam_authenticate(pamh, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    switch (status) {
    case PAM_SUCCESS: result = account(pamh); break;
    case PAM_AUTH_ERR:
    case PAM_USER_UNKNOWN:
    case PAM_MAXTRIES:
    case PAM_PERM_DENIED: result = CLIENT_WRONG; break;
    case PAM_ACCT_EXPIRED: result = CLIENT_SHUT; break;
    default: result = CLIENT_UNAVAILABLE; break;
    }
    (void)pam_end(pamh, status);
    return result;
}

enum client_answer client_account(const char *service, const char *user, const char *rhost)
{
    const struct pam_conv conversation = {.conv = answer};
    pam_handle_t *pamh = begin(service, user, rhost, &conversation);
    if (pamh == NULL)
        return CLIENT_UNAVAILABLE;
    enum client_answer result = account(pamh);
    (void)pam_end(pamh, PAM_SUCCESS);
    return result;
}
