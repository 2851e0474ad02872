#include "client.h"

#include <crypt.h>
#include <errno.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>

bool client_shadow_field(const char *user, char *room, size_t size)
{
    char text[4096];
    struct spwd entry, *found = NULL;
    int status = getspnam_r(user, &entry, text, sizeof text, &found);
    room[0] = '\0';
    /* ENOENT is how the files answer that there is no such account. */
    bool is_known = status == 0 || status == ENOENT;
    if (found != NULL) {
        size_t length = strlen(found->sp_pwdp);
        is_known = length < size;
        if (is_known)
            memcpy(room, found->sp_pwdp, length + 1);
    }
    explicit_bzero(text, sizeof text);
    return is_known;
}

void client_pretend(const char *user, const char *password)
{
    char setting[512];
    /* '$' begins every setting that costs something; "!" stands before that of a locked account. */
    bool is_known = user != NULL && client_shadow_field(user, setting, sizeof setting);
    char *from = is_known ? strchr(setting, '$') : NULL;
    char usual[CRYPT_GENSALT_OUTPUT_SIZE];
    if (from == NULL)
        from = crypt_gensalt_rn(NULL, 0, NULL, 0, usual, sizeof usual);
    struct crypt_data *room = from == NULL ? NULL : calloc(1, sizeof *room);
    if (room != NULL) {
        /* Twice: so does pam_unix of Debian 12 and 13, whatever comes of it. */
        for (int times = 0; times < 2; times++)
            (void)crypt_r(password, from, room);
        explicit_bzero(room, sizeof *room);
        free(room);
    }
    explicit_bzero(setting, sizeof setting);
}
