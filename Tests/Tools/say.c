#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pamtry.h"

static char kept[1 << 18];
static size_t used;
static bool gathering;

const char *pam_name(int code) {
    static const char *const names[] = {
#define NAME(code) [code] = #code
        NAME(PAM_SUCCESS), NAME(PAM_OPEN_ERR), NAME(PAM_SYMBOL_ERR), NAME(PAM_SERVICE_ERR),
        NAME(PAM_SYSTEM_ERR), NAME(PAM_BUF_ERR), NAME(PAM_PERM_DENIED), NAME(PAM_AUTH_ERR),
        NAME(PAM_CRED_INSUFFICIENT), NAME(PAM_AUTHINFO_UNAVAIL), NAME(PAM_USER_UNKNOWN),
        NAME(PAM_MAXTRIES), NAME(PAM_NEW_AUTHTOK_REQD), NAME(PAM_ACCT_EXPIRED),
        NAME(PAM_SESSION_ERR), NAME(PAM_CRED_UNAVAIL), NAME(PAM_CRED_EXPIRED), NAME(PAM_CRED_ERR),
        NAME(PAM_NO_MODULE_DATA), NAME(PAM_CONV_ERR), NAME(PAM_AUTHTOK_ERR),
        NAME(PAM_AUTHTOK_RECOVERY_ERR), NAME(PAM_AUTHTOK_LOCK_BUSY),
        NAME(PAM_AUTHTOK_DISABLE_AGING), NAME(PAM_TRY_AGAIN), NAME(PAM_IGNORE), NAME(PAM_ABORT),
        NAME(PAM_AUTHTOK_EXPIRED), NAME(PAM_MODULE_UNKNOWN), NAME(PAM_BAD_ITEM),
        NAME(PAM_CONV_AGAIN), NAME(PAM_INCOMPLETE),
#undef NAME
    };
    if (code < 0 || (size_t)code >= sizeof names / sizeof *names || !names[code]) return "unnamed";
    return names[code];
}

static void put(const char *bytes, size_t count) {
    if (!gathering) {
        while (count > 0) {
            ssize_t done = write(STDOUT_FILENO, bytes, count);
            if (done <= 0) return;
            bytes += done;
            count -= (size_t)done;
        }
    } else if (count <= sizeof kept - used) {
        memcpy(kept + used, bytes, count);
        used += count;
    }
}

void say(const char *what, const char *word, const char *text) {
    char line[1 << 16];
    size_t n = (size_t)snprintf(line, 128, "%s%s%s%s", what, word ? " " : "", word ? word : "",
                                text ? " " : "");
    for (const unsigned char *c = (const unsigned char *)text; c && *c && n < sizeof line - 8; c++) {
        if (*c < 0x20 || *c > 0x7e || *c == '%')
            n += (size_t)snprintf(line + n, 4, "%%%02X", *c);
        else
            line[n++] = (char)*c;
    }
    line[n++] = '\n';
    put(line, n);
}

void say_number(const char *what, long number) {
    char text[32];
    snprintf(text, sizeof text, "%ld", number);
    say(what, text, NULL);
}

void say_gather(void) { gathering = true; }

void say_flush(int child) {
    char head[32];
    int n = snprintf(head, sizeof head, "child %d\n", child);
    memmove(kept + n, kept, used < sizeof kept - (size_t)n ? used : sizeof kept - (size_t)n);
    memcpy(kept, head, (size_t)n);
    gathering = false;
    put(kept, used + (size_t)n);
}
