// reload: loads a module, calls it and lets it go, over and over, each time in a thread that ends.
//
//   reload MODULE TIMES CONFDIR SERVICE USER [SCRIPT]
//
// Half of the rounds use dlopen and dlclose directly, half a libpam transaction: each takes the next
// line "CLOCK ANSWER RESULT" of SCRIPT (PAM's number), and goes through all of a session where RESULT
// is success; behind the last line answers are empty, and must be refused. Prints "rounds N",
// "accepted N" and "kilobytes N", what resident memory grew by since the fiftieth round.
#include <dlfcn.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **words;
static FILE *script;
static char answer[64];
static long accepted;

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *unused) {
    (void)messages, (void)unused;
    *responses = calloc((size_t)count, sizeof **responses);
    if (!*responses) return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) (*responses)[i].resp = strdup(answer);
    return PAM_SUCCESS;
}

static void no_delay(int status, unsigned microseconds, void *unused) {
    (void)status, (void)microseconds, (void)unused;
}

static void *by_hand(void *unused) {
    (void)unused;
    void *module = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (!module) return fprintf(stderr, "%s\n", dlerror()), (void *)"load";
    int (*entry)(pam_handle_t *, int, int, const char **) =
        (int (*)(pam_handle_t *, int, int, const char **))dlsym(module, "pam_sm_setcred");
    if (!entry) return fprintf(stderr, "%s\n", dlerror()), (void *)"entry";
    if (entry(NULL, 0, 0, NULL) != PAM_SUCCESS) return (void *)"setcred";
    return dlclose(module) ? (void *)"close" : NULL;
}

// The next line: what libpam must answer.
static int prepare(void) {
    char clock[32];
    int result = PAM_AUTH_ERR;
    void (*move)(const char *) = (void (*)(const char *))dlsym(RTLD_DEFAULT, "test_clock_move");
    answer[0] = 0;
    if (!script || fscanf(script, "%31s %63s %d", clock, answer, &result) != 3) return PAM_AUTH_ERR;
    if (move) move(clock);
    return result;
}

static void *session(pam_handle_t *handle) {
    if (pam_acct_mgmt(handle, 0)) return (void *)"acct_mgmt";
    if (pam_setcred(handle, PAM_ESTABLISH_CRED)) return (void *)"setcred";
    if (pam_open_session(handle, 0)) return (void *)"open_session";
    if (pam_close_session(handle, 0)) return (void *)"close_session";
    accepted++;
    return NULL;
}

static void *by_libpam(void *unused) {
    (void)unused;
    int wanted = prepare();
    void *trouble = NULL;
    pam_handle_t *handle;
    struct pam_conv conversation = {converse, NULL};
    if (pam_start_confdir(words[4], words[5], &conversation, words[3], &handle)) return (void *)"start";
    pam_set_item(handle, PAM_FAIL_DELAY, (const void *)no_delay);
    int result = pam_authenticate(handle, 0);
    if (script && result != wanted) trouble = (void *)"not what the script says";
    else if (result == PAM_SUCCESS) trouble = script ? session(handle) : (void *)"let in";
    pam_end(handle, result);
    return trouble;
}

static long resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) exit(70);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int count, char **given) {
    if (count < 6) return 64;
    words = given;
    if (count > 6 && !(script = fopen(given[6], "re"))) return 70;
    long rounds = atol(words[2]), before = 0;
    for (long i = 0; i < rounds; i++) {
        pthread_t thread;
        void *trouble = NULL;
        if (pthread_create(&thread, NULL, i % 2 ? by_libpam : by_hand, NULL)) return 70;
        if (pthread_join(thread, &trouble)) return 70;
        if (trouble) return fprintf(stderr, "round %ld: %s\n", i, (char *)trouble), 1;
        if (i == 50) before = resident();
    }
    printf("rounds %ld\naccepted %ld\nkilobytes %ld\n", rounds, accepted, resident() - before);
    return 0;
}
