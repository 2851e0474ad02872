// pamtry: one real libpam transaction with scripted answers; everything it was told, line by line.
//
//   pamtry --confdir DIR [--service NAME[,NAME…]] [--user NAME] [--rhost HOST] [--tty TTY]
//          [--ruser NAME] [--env NAME=VALUE]… [--answer ANSWER]… [--parallel N]
//          [--fail-allocation N] [--no-conversation] STEP…
//
// Steps: auth acct setcred open close chauthtok, each with :silent and :nonull as wanted;
//        restart (end and start anew), fork (go on in a child), sleep:MS, clock:SPEC,
//        rhost:HOST, user:NAME.
// Answers: see converse.c. Several services: parallel children take them in turn.
// Exit status: 0 when the transaction could be tried (whatever PAM said), 64 usage, 70 trouble.
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pamtry.h"

static const char *confdir, *services = "pamtry", *user, *rhost, *tty, *ruser;
static const char *environment[16];
static size_t environment_count;
static bool no_conversation;
static char **steps;
static pam_handle_t *handle;
static int last;

static void no_delay(int status, unsigned microseconds, void *unused) {
    (void)status, (void)unused;
    say_number("delay", (long)microseconds);
}

static int start(void) {
    struct pam_conv conversation = {no_conversation ? NULL : converse, NULL};
    char service[128] = "";
    const char *word = services;
    int commas = 1;
    for (const char *c = services; *c; c++) commas += *c == ',';
    for (int skip = gate_index % commas; skip > 0; skip--) word = strchr(word, ',') + 1;
    snprintf(service, sizeof service, "%.*s", (int)strcspn(word, ","), word);

    int result = pam_start_confdir(service, user, &conversation, confdir, &handle);
    if (result != PAM_SUCCESS) return say("call", "start", pam_name(result)), result;
    pam_set_item(handle, PAM_FAIL_DELAY, (const void *)no_delay);
    if (rhost) pam_set_item(handle, PAM_RHOST, rhost);
    if (tty) pam_set_item(handle, PAM_TTY, tty);
    if (ruser) pam_set_item(handle, PAM_RUSER, ruser);
    for (size_t i = 0; i < environment_count; i++) pam_putenv(handle, environment[i]);
    return result;
}

static int call(const char *word, int (*entry)(pam_handle_t *, int), int flags) {
    window_open();
    last = entry(handle, flags);
    window_close();
    say("call", word, pam_name(last));
    if (fail_allocation >= 0) say_number("allocations", window_allocations());
    // Written by pam_probe.so from inside the stack: the application cannot read these items.
    static const char *const seen[] = {"PROBE_AUTHTOK", "PROBE_USER", "PROBE_CALLS"};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        const char *value = pam_getenv(handle, seen[i]);
        if (value) say("probe", seen[i] + strlen("PROBE_"), value);
        if (value) pam_putenv(handle, seen[i]);
    }
    return 0;
}

static int step(const char *text) {
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, ":"), text);
    const char *rest = strchr(text, ':') ? strchr(text, ':') + 1 : "";
    int flags = (strstr(rest, "silent") ? (int)PAM_SILENT : 0) |
                (strstr(rest, "nonull") ? PAM_DISALLOW_NULL_AUTHTOK : 0);
    if (strcmp(word, "auth") == 0) return call(word, pam_authenticate, flags);
    if (strcmp(word, "acct") == 0) return call(word, pam_acct_mgmt, flags);
    if (strcmp(word, "setcred") == 0) return call(word, pam_setcred, flags | PAM_ESTABLISH_CRED);
    if (strcmp(word, "open") == 0) return call(word, pam_open_session, flags);
    if (strcmp(word, "close") == 0) return call(word, pam_close_session, flags);
    if (strcmp(word, "chauthtok") == 0) return call(word, pam_chauthtok, flags);
    if (strcmp(word, "restart") == 0)
        return say("call", "end", pam_name(pam_end(handle, last))), start() ? 70 : 0;
    if (strcmp(word, "sleep") == 0) return usleep((useconds_t)atol(rest) * 1000), 0;
    if (strcmp(word, "clock") == 0) return clock_move(rest) ? 0 : 70;
    if (strcmp(word, "rhost") == 0) return pam_set_item(handle, PAM_RHOST, rest) ? 70 : 0;
    if (strcmp(word, "user") == 0) return pam_set_item(handle, PAM_USER, rest) ? 70 : 0;
    if (strcmp(word, "fork") == 0) {
        pid_t child = fork();
        if (child == 0) return 0;
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) != child) return 70;
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 70);
    }
    return say("error", "unknown step", text), 64;
}

static int transaction(void) {
    if (start() != PAM_SUCCESS) return 0;
    for (char **next = steps; *next; next++) {
        int status = step(*next);
        if (status) return status;
    }
    say("call", "end", pam_name(pam_end(handle, last)));
    return 0;
}

int main(int count, char **words) {
    static const struct option options[] = {
        {"confdir", 1, 0, 'd'},  {"service", 1, 0, 's'}, {"user", 1, 0, 'u'},
        {"rhost", 1, 0, 'h'},    {"tty", 1, 0, 't'},     {"ruser", 1, 0, 'r'},
        {"env", 1, 0, 'e'},      {"answer", 1, 0, 'a'},  {"parallel", 1, 0, 'p'},
        {"fail-allocation", 1, 0, 'f'},                  {"no-conversation", 0, 0, 'n'},
        {0, 0, 0, 0},
    };
    int children = 0;
    for (int option; (option = getopt_long(count, words, "", options, NULL)) != -1;) {
        switch (option) {
        case 'd': confdir = optarg; break;
        case 's': services = optarg; break;
        case 'u': user = optarg; break;
        case 'h': rhost = optarg; break;
        case 't': tty = optarg; break;
        case 'r': ruser = optarg; break;
        case 'e':
            if (environment_count < 16) environment[environment_count++] = optarg;
            break;
        case 'a':
            if (!answer_add(optarg)) return 64;
            break;
        case 'p': children = atoi(optarg); break;
        case 'f': fail_allocation = atol(optarg); break;
        case 'n': no_conversation = true; break;
        default: return 64;
        }
    }
    steps = words + optind;
    if (!confdir || !*steps) return fputs("usage: see the head of pamtry.c\n", stderr), 64;
    return children > 0 ? gate_run(children, transaction) : transaction();
}
