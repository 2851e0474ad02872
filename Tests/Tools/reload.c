// reload: loads a module, calls it and lets it go, over and over, each time in a thread that ends.
//
//   reload MODULE TIMES CONFDIR SERVICE USER
//
// Half of the rounds use dlopen and dlclose directly, half a libpam transaction whose conversation
// gives an empty answer. Prints "rounds N" and "kilobytes N", what resident memory grew by since
// the tenth round.
#include <dlfcn.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **words;

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *unused) {
    (void)messages, (void)unused;
    *responses = calloc((size_t)count, sizeof **responses);
    if (!*responses) return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) (*responses)[i].resp = strdup("");
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

static void *by_libpam(void *unused) {
    (void)unused;
    pam_handle_t *handle;
    struct pam_conv conversation = {converse, NULL};
    if (pam_start_confdir(words[4], words[5], &conversation, words[3], &handle)) return (void *)"start";
    pam_set_item(handle, PAM_FAIL_DELAY, (const void *)no_delay);
    int result = pam_authenticate(handle, 0);
    pam_end(handle, result);
    return result == PAM_SUCCESS ? (void *)"an empty answer was accepted" : NULL;
}

static long resident(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) exit(70);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(int count, char **given) {
    if (count != 6) return 64;
    words = given;
    long rounds = atol(words[2]), before = 0;
    for (long i = 0; i < rounds; i++) {
        pthread_t thread;
        void *trouble = NULL;
        if (pthread_create(&thread, NULL, i % 2 ? by_libpam : by_hand, NULL)) return 70;
        if (pthread_join(thread, &trouble)) return 70;
        if (trouble) return fprintf(stderr, "round %ld: %s\n", i, (char *)trouble), 1;
        if (i == 10) before = resident();
    }
    printf("rounds %ld\nkilobytes %ld\n", rounds, resident() - before);
    return 0;
}
