#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pamtry.h"

// Every answer is a word and, behind a colon, its text:
//   text:BYTES   always:BYTES (to every later prompt too)   hex:6162
//   list:A,B (child 0 says A, later ones the last word)
//   null         an answer without bytes       error   PAM_CONV_ERR
//   nothing      PAM_SUCCESS without answers   kill    SIGKILL at the prompt
//   stop         SIGSTOP, then the next answer
//   gate         wait for the other children, then the next answer
//   sleep:MS     then the next answer          clock:SPEC  move the clock, then the next answer
static const char *answers[4096];
static size_t given, taken;

bool answer_add(const char *answer) {
    if (given == sizeof answers / sizeof *answers) return false;
    answers[given++] = answer;
    return true;
}

static char *from_hex(const char *hex) {
    char *bytes = calloc(1, strlen(hex) / 2 + 1);
    for (size_t i = 0; bytes && hex[2 * i] && hex[2 * i + 1]; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        bytes[i] = (char)strtol(pair, NULL, 16);
    }
    return bytes;
}

static char *nth_of(const char *list, int n) {
    for (const char *comma; n > 0 && (comma = strchr(list, ',')); n--) list = comma + 1;
    return strndup(list, strcspn(list, ","));
}

static const char *value_of(const char *answer, const char *word) {
    size_t n = strlen(word);
    return strncmp(answer, word, n) == 0 && answer[n] == ':' ? answer + n + 1 : NULL;
}

// One answer, or NULL with `*failure` set when the conversation itself is to fail.
static int next_answer(char **text, bool *nothing) {
    *text = NULL;
    while (taken < given) {
        const char *answer = answers[taken++], *value;
        if ((value = value_of(answer, "text"))) return (*text = strdup(value)) ? 0 : PAM_BUF_ERR;
        if ((value = value_of(answer, "always")))
            return taken--, (*text = strdup(value)) ? 0 : PAM_BUF_ERR;
        if ((value = value_of(answer, "hex"))) return (*text = from_hex(value)) ? 0 : PAM_BUF_ERR;
        if ((value = value_of(answer, "list")))
            return (*text = nth_of(value, gate_index)) ? 0 : PAM_BUF_ERR;
        if (strcmp(answer, "null") == 0) return 0;
        if (strcmp(answer, "error") == 0) return PAM_CONV_ERR;
        if (strcmp(answer, "nothing") == 0) return *nothing = true, 0;
        if (strcmp(answer, "kill") == 0) raise(SIGKILL);
        else if (strcmp(answer, "stop") == 0) raise(SIGSTOP);
        else if (strcmp(answer, "gate") == 0) gate_wait();
        else if ((value = value_of(answer, "sleep"))) usleep((useconds_t)atol(value) * 1000);
        else if ((value = value_of(answer, "clock"))) clock_move(value);
        else return say("error", "unknown answer", answer), PAM_CONV_ERR;
    }
    say("error", "no", "answer left");
    return PAM_CONV_ERR;
}

static int converse_all(int count, const struct pam_message **messages,
                        struct pam_response **responses) {
    struct pam_response *all = calloc((size_t)count, sizeof *all);
    if (!all) return PAM_BUF_ERR;
    bool nothing = false;
    say_number("conversation", count);
    for (int i = 0; i < count; i++) {
        switch (messages[i]->msg_style) {
        case PAM_PROMPT_ECHO_OFF: say("prompt", "off", messages[i]->msg); break;
        case PAM_PROMPT_ECHO_ON: say("prompt", "on", messages[i]->msg); break;
        case PAM_ERROR_MSG: say("message", "error", messages[i]->msg); continue;
        case PAM_TEXT_INFO: say("message", "info", messages[i]->msg); continue;
        default: say("message", "unknown", messages[i]->msg); continue;
        }
        int failure = next_answer(&all[i].resp, &nothing);
        if (failure || nothing) {
            for (int j = 0; j <= i; j++) free(all[j].resp);
            free(all);
            return failure;
        }
    }
    *responses = all;
    return PAM_SUCCESS;
}

int converse(int count, const struct pam_message **messages, struct pam_response **responses,
             void *unused) {
    (void)unused;
    *responses = NULL;
    window_close();
    int result = converse_all(count, messages, responses);
    window_open();
    return result;
}
